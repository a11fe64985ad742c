import { listStepLines } from '../store/run-steps.ts'
import { getRun, hasEnded, type RunRow } from '../store/runs.ts'
import { listWaits, type WaitRow } from '../store/waits.ts'
import type { LogLevel, World } from '../world.ts'
import { endEntry, type LogEntry, startEntry, stepEntries, waitEntries } from './log-entries.ts'
import { noRun } from './refusal.ts'
import { stepsOf } from './step-names.ts'

/** Most entries of one run. */
const mostEntries = 10_000

/**
 * The log of a run, oldest first. It is read off the records themselves, so whoever sees an ended run sees its last entry.
 *
 * @throws {Fault} `not_found`.
 */
export async function readLogs(
  world: World,
  orgId: string,
  runId: string,
  { level, limit, offset }: { level?: LogLevel | undefined; limit: number; offset: number },
): Promise<{ logs: LogEntry[]; total: number }> {
  const run = await getRun(world, orgId, runId)
  if (!run) throw noRun()
  const [steps, waits] = await Promise.all([
    listStepLines(world, orgId, runId),
    listWaits(world, orgId, runId),
  ])
  const between = [...steps.flatMap((row) => stepEntries(row, row.lines)), ...waits.flatMap(waitEntries)]
    .map((entry, order) => ({ entry, order }))
    .sort((a, b) => compare(a.entry.timestamp, b.entry.timestamp) || a.order - b.order)
    .map(({ entry }) => entry)
  const end = hasEnded(run) ? endEntry(run, await stepsOf(world, run), stoodOn(run, steps, waits)) : null
  const all = [startEntry(run), ...limited(between), ...(end ? [end] : [])]
  const wanted = level === undefined ? all : all.filter((entry) => entry.level === level)
  return { logs: wanted.slice(offset, offset + limit), total: wanted.length }
}

function limited(entries: LogEntry[]): LogEntry[] {
  const cutAt = entries[mostEntries]
  if (!cutAt) return entries
  return [
    ...entries.slice(0, mostEntries),
    { timestamp: cutAt.timestamp, level: 'warn', message: 'Log truncated', nodeId: null, nodeType: null },
  ]
}

/** The first step that the run stood on when it was ended from outside. */
function stoodOn(run: RunRow, steps: Awaited<ReturnType<typeof listStepLines>>, waits: WaitRow[]) {
  const held = [
    ...waits.filter(({ status }) => status === 'open' || status === 'cancelled'),
    ...steps.filter(({ status }) => status === 'running'),
  ].sort((a, b) => compare(a.stepKey, b.stepKey))
  return run.status === 'completed' ? null : (held[0] ?? null)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
