import { getFlow } from '../store/flows.ts'
import type { World } from '../world.ts'
import { eachAtOnce } from './at-once.ts'
import { readCredits } from './credits.ts'
import { answering } from './refusal.ts'
import { listPage, type RunSummary } from './run-list.ts'
import { type RunWord, runWords } from './run-view.ts'
import { noFlow } from './version-faults.ts'

/** How a flow's runs went over some days (dashboard.md §11). */
export interface Overview {
  total: number
  /** True if there are more runs than are counted. */
  totalCapped: boolean
  byStatus: Record<RunWord, number>
  /** completed ÷ (completed + failed + timed out); null if there are none. */
  successRate: number | null
  avgDurationMs: number | null
  p95DurationMs: number | null
  lastRunAt: string | null
  /** null if there are too many runs to count. */
  credits: number | null
  /** Days (UTC) on which there were runs, oldest first. */
  daily: { date: string; total: number; completed: number; failed: number }[]
}

/** Runs whose accounts are added up, and how many of them at a time. */
const mostCounted = 1000
const atOnce = 16

/** Looks at all runs of a flow that were made in a span of time, up to 10,000. @throws {Fault} `not_found` */
export async function readOverview(
  world: World,
  orgId: string,
  flowId: string,
  { from, to }: { from: string; to: string },
): Promise<Overview> {
  return await answering(world, async () => {
    if ((await getFlow(world, orgId, flowId)) === null) throw noFlow()
    const found = await listPage(world, orgId, { flowId, from, to, limit: 10_000 })
    const { runs } = found
    const count = (status: RunWord) => runs.filter((run) => run.status === status).length
    const byStatus = Object.fromEntries(runWords.map((status) => [status, count(status)]))
    const judged = count('completed') + count('failed') + count('timed_out')
    const durations = runs.flatMap(({ durationMs }) => durationMs ?? []).sort((a, b) => a - b)
    return {
      total: found.total,
      totalCapped: found.totalCapped,
      byStatus: byStatus as Overview['byStatus'],
      successRate: judged === 0 ? null : Math.round((count('completed') / judged) * 1000) / 1000,
      avgDurationMs: average(durations),
      p95DurationMs: durations[Math.ceil(durations.length * 0.95) - 1] ?? null,
      lastRunAt: runs[0]?.createdAt ?? null,
      credits: runs.length > mostCounted ? null : await allCredits(world, orgId, runs),
      daily: days(runs),
    }
  })
}

function average(numbers: number[]): number | null {
  if (numbers.length === 0) return null
  return Math.round(numbers.reduce((sum, one) => sum + one, 0) / numbers.length)
}

async function allCredits(world: World, orgId: string, runs: RunSummary[]): Promise<number> {
  let tenThousandths = 0
  await eachAtOnce(runs, atOnce, async ({ id }) => {
    const { total } = await readCredits(world, orgId, id)
    tenThousandths += Math.round(total * 10_000)
  })
  return tenThousandths / 10_000
}

function days(runs: RunSummary[]): Overview['daily'] {
  const byDay = Map.groupBy(runs, ({ createdAt }) => createdAt.slice(0, 10))
  return [...byDay]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, list]) => ({
      date,
      total: list.length,
      completed: list.filter(({ status }) => status === 'completed').length,
      failed: list.filter(({ status }) => status === 'failed' || status === 'timed_out').length,
    }))
}
