import { isDeleted } from '../store/executions.ts'
import { listRunDays, type RunLine } from '../store/run-lists.ts'
import { getWaits } from '../store/waits.ts'
import type { World } from '../world.ts'
import { type RunError, type RunWord, shownWaits, viewWait, type WaitView, wordFor } from './run-view.ts'

/** A run as lists show it. */
export interface RunSummary {
  id: string
  flowId: string
  version: number | null
  status: RunWord
  trigger: { type: string }
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  durationMs: number | null
  error: Pick<RunError, 'code' | 'message'> | null
  openWaits: number
  /** Open ones, oldest first, at most 50, if they were asked for. */
  waits: WaitView[]
}

/** The words of runs that have not ended. */
export const openWords: RunWord[] = ['queued', 'running', 'waiting']

/** Which runs are listed, and which part of them. */
export interface RunQuery {
  flowId?: string | undefined
  /** Any of these; `waiting` is not part of `running` here. */
  statuses?: RunWord[] | undefined
  version?: number | undefined
  /** Type of the trigger, e.g. `api`, `dashboard`. */
  trigger?: string | undefined
  /** Made at or after this instant, and before that one: RFC 3339, UTC, milliseconds. */
  from?: string | undefined
  to?: string | undefined
  limit: number
  offset?: number | undefined
  /** `nextKey` of the page before. */
  after?: string | undefined
  /** Whether runs are left out whose executions were deleted. @default false */
  unlessDeleted?: boolean | undefined
  /** Whether to read the open waits of the page's runs. @default false */
  withWaits?: boolean | undefined
}

/** `total` counts up to this; more is `totalCapped`. */
const mostCounted = 10_000

/**
 * Runs of the organisation, or of one flow, newest first. The indexes are a moment behind the rows.
 */
export async function listPage(
  world: World,
  orgId: string,
  { limit, offset = 0, after, withWaits = false, ...filter }: RunQuery,
): Promise<{ runs: RunSummary[]; total: number; totalCapped: boolean; nextKey: string | null }> {
  const page: RunLine[] = []
  let total = 0
  let skipped = 0
  let more = false
  for await (const line of listRunDays(world, orgId, filter.flowId)) {
    // Newest first: what follows is older still.
    if (filter.from !== undefined && madeAt(line) < filter.from) break
    if (!fits(line, filter)) continue
    if (total === mostCounted) {
      more = true
      break
    }
    total++
    if (after !== undefined && line.sortKey >= after) continue
    if (skipped < offset) skipped++
    else if (page.length <= limit) page.push(line)
  }
  const last = page.length > limit ? page[limit - 1] : undefined
  const runs = page.slice(0, limit)
  return {
    runs: await Promise.all(
      runs.map(async (line) => summary(line, withWaits ? await waitsOf(world, orgId, line) : [])),
    ),
    total,
    totalCapped: more,
    nextKey: last?.sortKey ?? null,
  }
}

type RunFilter = Omit<RunQuery, 'limit' | 'offset' | 'after' | 'withWaits'>

function fits(line: RunLine, { statuses, version, trigger, to, unlessDeleted }: RunFilter): boolean {
  if (unlessDeleted && isDeleted(line)) return false
  if (statuses && !statuses.includes(wordFor(line))) return false
  if (version !== undefined && line.version !== version) return false
  if (trigger !== undefined && line.trigger !== trigger) return false
  return to === undefined || madeAt(line) < to
}

function madeAt({ sortKey }: RunLine): string {
  return sortKey.slice(0, sortKey.indexOf('#'))
}

/** The index is a moment behind: what has been answered since is left out. */
async function waitsOf(world: World, orgId: string, line: RunLine): Promise<WaitView[]> {
  if (wordFor(line) !== 'waiting') return []
  const keys = [...(line.openWaits ?? [])].sort().slice(0, shownWaits)
  const waits = await getWaits(world, orgId, line.id, keys)
  return waits.map(viewWait).filter(({ status }) => status === 'open' || status === 'claimed')
}

function summary(line: RunLine, waits: WaitView[]): RunSummary {
  const { startedAt = null, finishedAt = null } = line
  const createdAt = madeAt(line)
  const error = line.error === undefined ? null : (JSON.parse(line.error) as RunError)
  return {
    id: line.id,
    flowId: line.flowId,
    version: line.version,
    status: wordFor(line),
    trigger: { type: line.trigger },
    createdAt,
    startedAt,
    finishedAt,
    durationMs: finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt ?? createdAt),
    error: error && { code: error.code, message: error.message },
    openWaits: line.openWaits?.size ?? 0,
    waits,
  }
}
