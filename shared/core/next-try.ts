import type { WorkEvent } from '../asl/step-event.ts'
import type { Retry } from '../definitions/graph.ts'
import type { World } from '../world.ts'
import { stepsOf } from './step-names.ts'

/**
 * Whether the machine will try a step again that failed with this code, and when, if that is known. null = it will not.
 */
export async function nextTry(
  world: World,
  { run, stepId, retries, maxAttempts }: WorkEvent,
  code: string,
): Promise<{ inSeconds: number | null } | null> {
  if (retries + 1 >= maxAttempts || code === 'RunCancelled') return null
  const retry = (await stepsOf(world, run)).get(stepId)?.retry
  if (!retry) return { inSeconds: null }
  return isMeant(retry, code) ? { inSeconds: pause(retry, retries) } : null
}

function isMeant({ on = [] }: Retry, code: string): boolean {
  return on.length === 0 || ['States.ALL', 'States.TaskFailed', code].some((name) => on.includes(name))
}

function pause({ intervalSeconds, backoffRate, maxDelaySeconds = Infinity }: Retry, retries: number): number {
  const grown = Math.max(1, Math.ceil(intervalSeconds)) * Math.max(1, backoffRate) ** retries
  return Math.round(Math.min(grown, maxDelaySeconds))
}
