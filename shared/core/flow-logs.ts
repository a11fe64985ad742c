import { Fault } from '../faults.ts'
import type { RunEvent } from '../store/events.ts'
import { listLines } from '../store/flow-lines.ts'
import { getFlow } from '../store/flows.ts'
import { getRun } from '../store/runs.ts'
import type { JsonObject, LogLevel, World } from '../world.ts'
import type { LogEntry } from './log-entries.ts'
import { readLogs } from './logs.ts'
import { answering } from './refusal.ts'
import { stepsOf } from './step-names.ts'
import { noFlow } from './version-faults.ts'

/** One line of a flow's log (dashboard.md §9). */
export interface FlowLine {
  timestamp: string
  level: LogLevel
  message: string
  /** null for the flow's own lines. */
  runId: string | null
  stepId: string | null
  stepName: string | null
  /** The type as the author wrote it. */
  stepType: string | null
  data: JsonObject | null
}

/** Which lines are wanted; all that is given must fit. */
export interface FlowLogQuery {
  levels?: LogLevel[] | undefined
  runId?: string | undefined
  stepId?: string | undefined
  /** At or after this instant, @default 24 h ago (with `runId`: the whole run); and before that one. */
  from?: string | undefined
  to?: string | undefined
  /** Part of the message, any case. */
  q?: string | undefined
  limit: number
  after?: LinePlace | undefined
}

/** Where a page ended: the last line, and the item from which the next page reads. */
export interface LinePlace {
  key: string
  item: string
}

const dayMs = 86_400_000
const mostDays = 90
/** Lines of one item lie this close together, so that a page that ends in the past finds its first ones. */
const slackMs = 10 * 60_000
/** Items that one page looks through: behind that the caller asks again. */
const mostItems = 2000

/**
 * Lines of all runs of a flow and of the flow itself, newest first; about a second behind. Those of one run are read off its
 * records and current.
 *
 * @throws {Fault} `not_found`; `invalid_request` for more than 90 days at once.
 */
export async function readFlowLogs(
  world: World,
  orgId: string,
  flowId: string,
  query: FlowLogQuery,
): Promise<{ lines: FlowLine[]; next: LinePlace | null }> {
  return await answering(world, async () => {
    const flow = await getFlow(world, orgId, flowId)
    if (flow === null) throw noFlow()
    if (query.runId !== undefined) return await linesOfRun(world, orgId, flowId, query.runId, query)
    const range = rangeOf(query, world.clock.now())
    const { found, next } = await collect(world, orgId, flowId, query, range)
    return { lines: await named(world, orgId, found), next }
  })
}

function rangeOf({ from, to }: FlowLogQuery, now: number): { from: number; to: number } {
  const end = to === undefined ? now + dayMs : Date.parse(to)
  const begin = from === undefined ? Math.min(now, end) - dayMs : Date.parse(from)
  if (Math.min(end, now) - begin > mostDays * dayMs)
    throw new Fault('invalid_request', 'The query is not right: at most 90 days at once', {
      issues: [{ path: '?from', code: 'too_long', message: 'ask for at most 90 days' }],
    })
  return { from: begin, to: end }
}

/** A line in its place: `key` sorts lines as they came. */
interface Found {
  key: string
  item: string
  runId: string | null
  event: RunEvent
}

/** Walks the items; a line is certain once every line of the items that follow is older. */
async function collect(
  world: World,
  orgId: string,
  flowId: string,
  query: FlowLogQuery,
  { from, to }: { from: number; to: number },
): Promise<{ found: Found[]; next: LinePlace | null }> {
  const until = Math.min(to + slackMs, world.clock.now())
  const first = new Date(from).toISOString()
  const found: Found[] = []
  let waiting: Found[] = []
  let seen = 0
  const take = (newerThan: string): boolean => {
    while (waiting[0] && waiting[0].event.at > newerThan) {
      if (found.length === query.limit) return false
      found.push(waiting.shift() as Found)
    }
    return true
  }
  const place = (item: string): LinePlace => {
    const items = [item, ...waiting.map((line) => line.item)].sort()
    return { key: found.at(-1)?.key ?? query.after?.key ?? '~', item: items.at(-1) as string }
  }
  const items = listLines(world, orgId, flowId, { from, until, atMost: query.after?.item })
  for await (const { sortKey, runId, lines } of items) {
    const newest = sortKey.slice(0, sortKey.indexOf('#'))
    if (newest < first) break
    if (!take(newest) || ++seen > mostItems) return { found, next: place(sortKey) }
    const fitting = lines
      .filter((event) => Date.parse(event.at) >= from && Date.parse(event.at) < to && fits(event, query))
      .map((event) => ({ key: keyOf(event, runId), item: sortKey, runId, event }))
      .filter(({ key }) => query.after === undefined || key < query.after.key)
    if (fitting.length > 0) waiting = [...waiting, ...fitting].sort((a, b) => (a.key < b.key ? 1 : -1))
  }
  return { found, next: take('') ? null : place('') }
}

function keyOf({ at, seq }: RunEvent, runId: string | null): string {
  return `${at}#${runId ?? ''}#${String(seq).padStart(10, '0')}`
}

interface LineData {
  level: LogLevel
  message: string
  data?: JsonObject
}

function fits(event: RunEvent, { levels, stepId, q }: FlowLogQuery): boolean {
  const { level, message } = event.data as unknown as LineData
  if (levels && !levels.includes(level)) return false
  if (stepId !== undefined && event.stepId !== stepId) return false
  return q === undefined || message.toLowerCase().includes(q.toLowerCase())
}

/** With the steps' names, which are those of each run's version. */
async function named(world: World, orgId: string, found: Found[]): Promise<FlowLine[]> {
  const names = new Map<string, Awaited<ReturnType<typeof stepsOf>>>()
  const ids = new Set(found.flatMap(({ runId, event }) => (runId && event.stepId ? [runId] : [])))
  await Promise.all(
    [...ids].map(async (id) => {
      const run = await getRun(world, orgId, id)
      if (run) names.set(id, await stepsOf(world, run))
    }),
  )
  return found.map(({ runId, event }) => {
    const { level, message, data = null } = event.data as unknown as LineData
    const stepId = event.stepId ?? null
    const node = runId !== null && stepId !== null ? names.get(runId)?.get(stepId) : undefined
    return {
      ...{ timestamp: event.at, level, message, runId, stepId },
      stepName: node?.name ?? stepId,
      stepType: event.stepType ?? null,
      data,
    }
  })
}

async function linesOfRun(
  world: World,
  orgId: string,
  flowId: string,
  runId: string,
  query: FlowLogQuery,
): Promise<{ lines: FlowLine[]; next: LinePlace | null }> {
  const run = await getRun(world, orgId, runId)
  if (run?.flowId !== flowId) return { lines: [], next: null }
  const steps = await stepsOf(world, run)
  const { logs } = await readLogs(world, orgId, runId, { limit: Number.POSITIVE_INFINITY, offset: 0 })
  const numbered = logs.map((entry, number) => ({ entry, number })).reverse()
  const wanted = numbered.filter(
    ({ entry, number }) =>
      (query.after === undefined || number < Number(query.after.item)) && entryFits(entry, query),
  )
  const page = wanted.slice(0, query.limit)
  const last = wanted.length > page.length ? page.at(-1) : undefined
  return {
    lines: page.map(({ entry }) => ({
      ...{ timestamp: entry.timestamp, level: entry.level, message: entry.message, runId },
      stepId: entry.nodeId,
      stepName: (entry.nodeId && steps.get(entry.nodeId)?.name) ?? entry.nodeId,
      stepType: entry.nodeType,
      data: entry.data ?? null,
    })),
    next: last ? { key: '', item: String(last.number) } : null,
  }
}

function entryFits(entry: LogEntry, { levels, stepId, from, to, q }: FlowLogQuery): boolean {
  if (levels && !levels.includes(entry.level)) return false
  if (stepId !== undefined && entry.nodeId !== stepId) return false
  if (from !== undefined && entry.timestamp < from) return false
  if (to !== undefined && entry.timestamp >= to) return false
  return q === undefined || entry.message.toLowerCase().includes(q.toLowerCase())
}
