import type { Node } from '../definitions/graph.ts'
import type { StepRow } from '../store/run-steps.ts'
import { hasEnded, type RunRow } from '../store/runs.ts'
import type { WaitRow } from '../store/waits.ts'
import type { Json, JsonObject } from '../world.ts'
import { readHidden } from './hidden.ts'
import { endEntry, type LogEntry, startEntry, stepEntries } from './log-entries.ts'
import { aboutStep, leftBy, logEvent, type Told } from './log-event.ts'
import { readTrace } from './read-trace.ts'
import { waitIdOf } from './step-key.ts'
import { waitEvents } from './wait-events.ts'

/** A changed row before and after, by what it is. */
export type RowChange =
  | { of: 'run'; before: RunRow | null; after: RunRow }
  | { of: 'step'; before: StepRow | null; after: StepRow }
  | { of: 'wait'; before: WaitRow | null; after: WaitRow }

/** What is known besides the change itself. */
export interface Known {
  /** Steps of the run's version. */
  steps: Map<string, Node>
  /** The waits that were open when the run ended, as they stand, by their keys. */
  waits: Map<string, WaitRow>
  /** Steps that were being worked on when the run was ended from outside, in order of start. */
  atWork: Pick<StepRow, 'stepKey' | 'stepId' | 'as'>[]
}

/** Native steps that were told of: step id -> moment of entry. */
export type NativeSteps = Record<string, string>

/** Larger values stay on their records. */
const largestValue = 2048

/**
 * The events that a change of the table tells, in order (conventions.md §9). The same change tells the same ones, so that
 * a repeated delivery can be told apart.
 */
export function eventsOf(
  change: RowChange,
  told: NativeSteps,
  known: Known,
): { events: Told[]; told: NativeSteps; ended: boolean } {
  const { steps } = known
  if (change.of === 'step')
    return { events: stepEvents(change.before, change.after, steps), told, ended: false }
  if (change.of === 'wait') {
    const { before, after } = change
    const native = before === null ? nativeEvents(after, told, steps) : []
    const events = [...native, ...waitEvents(before, after, steps)]
    return { events, told: remember(after, told), ended: false }
  }
  const { before, after } = change
  const ended = hasEnded(after) && (before === null || !hasEnded(before))
  const native = ended ? nativeEvents(after, told, steps) : []
  const events = [
    ...runEvents(before, after),
    ...(ended ? closedWaits(before, after, known) : []),
    ...native,
    ...(ended ? endEvents(before, after, known) : []),
  ]
  return { events, told: ended ? remember(after, told) : told, ended }
}

function runEvents(before: RunRow | null, after: RunRow): Told[] {
  const events: Told[] = []
  if (before === null) {
    events.push({ type: 'run.created', at: after.createdAt, data: { trigger: after.trigger } })
    events.push(logEvent(startEntry(after)))
  }
  // A run that was cancelled in the queue has never started.
  const started = before?.startedAt === undefined && after.startedAt !== undefined
  if (started && after.status !== 'cancelled' && after.startedAt !== undefined)
    events.push({ type: 'run.started', at: after.startedAt, data: {} })
  if (before === null || hasEnded(after)) return events
  const [was, is] = [before.openWaits?.size ?? 0, after.openWaits?.size ?? 0]
  if (was === 0 && is > 0) events.push({ type: 'run.waiting', at: after.updatedAt, data: {} })
  if (was > 0 && is === 0) events.push({ type: 'run.resumed', at: after.updatedAt, data: {} })
  return events
}

/** The waits that close with the run. */
function closedWaits(before: RunRow | null, after: RunRow, { steps, waits }: Known): Told[] {
  const at = after.finishedAt ?? after.updatedAt
  return openWaits(before).flatMap((key): Told[] => {
    const answered = answeredLast(after, waits.get(key))
    if (answered) return waitEvents({ ...answered, status: 'open' }, answered, steps)
    const [, stepId = ''] = key.split('#')
    return [{ type: 'wait.cancelled', at, stepId, data: { waitId: waitIdOf(after.id, key) } }]
  })
}

/** The last entry of the log, and the end itself, which is last. */
function endEvents(before: RunRow | null, after: RunRow, known: Known): Told[] {
  const at = after.finishedAt ?? after.updatedAt
  const entry = endEntry(after, known.steps, stoodOn(openWaits(before), known))
  const error = after.error === undefined ? {} : { error: JSON.parse(after.error) as Json }
  const output = after.output === undefined ? {} : smallValue('output', after.output)
  const about = after.status === 'completed' ? {} : aboutNode(entry)
  return [
    ...(entry ? [logEvent(entry)] : []),
    { type: `run.${after.status}`, at, ...about, data: { ...output, ...error } },
  ]
}

function openWaits(run: RunRow | null): string[] {
  return [...(run?.openWaits ?? [])].sort()
}

/** The first step that an ended run stood on. */
function stoodOn(open: string[], { steps, atWork }: Pick<Known, 'steps' | 'atWork'>) {
  const [first] = [...open, ...atWork.map(({ stepKey }) => stepKey)].sort()
  if (first === undefined) return null
  const stepId = first.split('#')[1] ?? ''
  const as = atWork.find(({ stepKey }) => stepKey === first)?.as ?? steps.get(stepId)?.writtenType
  return { stepId, as: as ?? null }
}

function aboutNode(entry: Pick<LogEntry, 'nodeId' | 'nodeType'> | null) {
  return {
    ...(entry?.nodeId ? { stepId: entry.nodeId } : {}),
    ...(entry?.nodeType ? { stepType: entry.nodeType } : {}),
  }
}

/** The engine may end the run before the answer that made it go on is recorded as taken. */
function answeredLast({ status }: RunRow, wait: WaitRow | undefined): WaitRow | null {
  if (wait === undefined || (status !== 'completed' && status !== 'failed')) return null
  if (wait.status !== 'claimed' && wait.status !== 'answered') return null
  const answeredAt = wait.answeredAt ?? wait.claimedAt ?? wait.openedAt
  return { ...wait, status: 'answered', answeredAt }
}

function stepEvents(before: StepRow | null, after: StepRow, steps: Map<string, Node>): Told[] {
  const about = aboutStep(after)
  const again: JsonObject = after.attempt > 1 ? { attempt: after.attempt } : {}
  const data: JsonObject = { key: after.stepKey, ...again }
  const events: Told[] = []
  if (before === null) {
    const child = after.childId === undefined ? {} : { childId: after.childId }
    events.push({ type: 'step.started', at: after.startedAt, ...about, data: { ...data, ...child } })
  }
  const lines = (after.lines ?? []).slice(before?.lines?.length ?? 0)
  events.push(...stepEntries(after, lines).map((entry) => logEvent(entry, again)))
  const at = after.finishedAt ?? after.startedAt
  const tried = before?.finishedAt !== after.finishedAt
  if (after.status === 'completed' && before?.status !== 'completed')
    events.push({
      type: 'step.completed',
      at,
      ...about,
      data: { ...data, ...smallValue('output', after.output ?? 'null') },
    })
  // A try that will be made again ends with a warning.
  if (after.status === 'failed' && tried && lines.at(-1)?.level === 'error')
    events.push({
      type: 'step.failed',
      at,
      ...about,
      data: { ...data, error: JSON.parse(after.error ?? 'null'), ...leftBy('error', after, steps) },
    })
  return events
}

/** Native steps that were entered since they were last told of. */
function nativeEvents(
  { trace, seen }: { trace?: string; seen?: string },
  told: NativeSteps,
  steps: Map<string, Node>,
): Told[] {
  const values = JSON.parse(seen ?? '{}') as Record<string, Json>
  return readTrace(trace)
    .filter(({ stepId, at }) => told[stepId] === undefined || Date.parse(told[stepId]) !== Date.parse(at))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .flatMap(({ stepId, at, error }): Told[] => {
      const stepType = steps.get(stepId)?.writtenType
      const about = { at, stepId, ...(stepType === undefined ? {} : { stepType }) }
      const value = smallValue('output', JSON.stringify(values[stepId] ?? null))
      return [
        { type: 'step.started', ...about, data: { native: true } },
        ...(error ? [{ type: 'step.failed', ...about, data: { native: true, error } }] : []),
        ...(error ? [] : [{ type: 'step.completed', ...about, data: { native: true, ...value } }]),
      ]
    })
}

function remember({ trace }: { trace?: string }, told: NativeSteps): NativeSteps {
  const entered = readTrace(trace).map(({ stepId, at }) => [stepId, at])
  return entered.length === 0 ? told : { ...told, ...Object.fromEntries(entered) }
}

function smallValue(name: string, text: string): JsonObject {
  return Buffer.byteLength(text) > largestValue ? {} : { [name]: readHidden(text) }
}
