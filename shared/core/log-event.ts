import type { Node } from '../definitions/graph.ts'
import type { RunEvent } from '../store/events.ts'
import type { JsonObject } from '../world.ts'
import type { LogEntry } from './log-entries.ts'

/** An event that has no number yet. */
export type Told = Omit<RunEvent, 'seq'>

/** Which step an event is about. */
export function aboutStep({ stepId, as, iter }: { stepId: string; as: string; iter: string | null }) {
  return { stepId, stepType: as, ...(iter === null ? {} : { iteration: iter }) }
}

/** The event of a log entry. */
export function logEvent(entry: LogEntry, more: JsonObject = {}): Told {
  const { timestamp, level, message, nodeId, nodeType, iteration, data } = entry
  return {
    type: 'log',
    at: timestamp,
    ...(nodeId === null ? {} : { stepId: nodeId }),
    ...(nodeType === null ? {} : { stepType: nodeType }),
    ...(iteration === undefined ? {} : { iteration }),
    data: { level, message, ...(data === undefined ? {} : { data }), ...more },
  }
}

/** The way that a failed step leaves, if the author wrote one: the run goes on there. */
export function leftBy(
  outcome: 'error' | 'timeout',
  { stepId }: { stepId: string },
  steps: Map<string, Node>,
) {
  return steps.get(stepId)?.next[outcome] === undefined ? {} : { outcome }
}
