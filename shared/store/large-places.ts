/** The visit of a step whose output it is. */
export interface ValuePlace {
  orgId: string
  runId: string
  stepKey: string
}

/** Where an output lies that is too large for its record. */
export function keyOfLarge({ orgId, runId, stepKey }: ValuePlace): string {
  return `runs/${orgId}/${runId}/${stepKey.replaceAll('#', '/')}.json`
}
