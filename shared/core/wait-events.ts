import type { Node } from '../definitions/graph.ts'
import type { WaitRow } from '../store/waits.ts'
import type { Json, JsonObject } from '../world.ts'
import { waitEntries } from './log-entries.ts'
import { aboutStep, leftBy, logEvent, type Told } from './log-event.ts'

/** What a change of a wait tells, the step that waits included. */
export function waitEvents(before: WaitRow | null, after: WaitRow, steps: Map<string, Node>): Told[] {
  const about = aboutStep(after)
  const data = { waitId: after.id, kind: after.kind }
  const [opened, closed] = waitEntries(after).map((entry) => logEvent(entry))
  if (before === null) {
    const at = after.openedAt
    return [
      { type: 'step.started', at, ...about, data: { key: after.stepKey } },
      ...(opened ? [opened] : []),
      { type: 'wait.opened', at, ...about, data: { ...data, expiresAt: after.expiresAt } },
    ]
  }
  if (before.status === after.status || (after.status !== 'answered' && after.status !== 'expired')) return []
  const at = after.answeredAt ?? after.closedAt ?? after.openedAt
  const outcome = after.outcome === undefined ? null : (JSON.parse(after.outcome) as JsonObject)
  const closing: JsonObject =
    after.status === 'answered'
      ? { ...data, by: after.answeredBy ?? null, ...(outcome ? { outcome } : {}) }
      : data
  return [
    ...(closed ? [closed] : []),
    { type: `wait.${after.status}`, at, ...about, data: closing },
    { at, ...about, ...stepEnd(after, outcome, steps) },
  ]
}

/** Who answers with an error of its own names it in the outcome; a client tool only says that it failed. */
function reported({ error }: JsonObject): [code: string, message: string] {
  return typeof error === 'string'
    ? [error, 'An error came back as the answer']
    : ['ClientTool.Failed', 'The client tool failed']
}

/** How the step that waited ended. What it was answered stays sealed on its wait. */
function stepEnd(wait: WaitRow, outcome: JsonObject | null, steps: Map<string, Node>) {
  const data: JsonObject = { key: wait.stepKey, waitId: wait.id }
  const failed = (code: string, message: string, left: JsonObject) => {
    const error: Json = { code, message }
    return { type: 'step.failed', data: { ...data, error, ...left } }
  }
  if (wait.status === 'answered')
    return outcome?.success === false
      ? failed(...reported(outcome), leftBy('error', wait, steps))
      : { type: 'step.completed', data }
  // Time over may decide, as its author said.
  if (outcome !== null) return { type: 'step.completed', data: { ...data, output: outcome } }
  return failed('Wait.Expired', 'Nobody answered in time', leftBy('timeout', wait, steps))
}
