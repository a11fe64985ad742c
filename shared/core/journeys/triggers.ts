import type { Graph } from '../../definitions/graph.ts'

/** A journey trigger of a flow. */
export interface JourneyTrigger {
  flowType: string
  showMessages: boolean
  /** Its place among the triggers. */
  index: number
}

/** The flowTypes that every organisation knows (seed 000). */
export const seedTypes = ['REGISTRATION', 'PASSWORD_RECOVERY', 'INVITED_USER_REGISTRATION'] as const

/** The journey triggers of a flow, in its own order. */
export function journeysOf({ triggers }: Pick<Graph, 'triggers'>): JourneyTrigger[] {
  return triggers.flatMap(({ type, flowType, showMessages }, index) =>
    type === 'journey' && typeof flowType === 'string'
      ? [{ flowType, showMessages: showMessages === true, index }]
      : [],
  )
}

/** The flow's trigger for a flowType, if it has one. */
export function journeyFor(graph: Pick<Graph, 'triggers'>, flowType: string): JourneyTrigger | undefined {
  return journeysOf(graph).find((journey) => journey.flowType === flowType)
}
