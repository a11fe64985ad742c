import type { World } from '../world.ts'
import { eachAtOnce } from './at-once.ts'
import { countForecast, type OpenSpan, openSpan, type ShortForecast, thousand } from './count-forecast.ts'
import { readCredits } from './credits.ts'
import type { MachineKind } from './machine-of.ts'
import { prices, runParts } from './prices.ts'
import { answering } from './refusal.ts'
import { listPage } from './run-list.ts'
import { resolveVersion } from './versions.ts'

/** What the runs of a version will take, and what they took (conventions.md §9). */
export interface ForecastView extends ShortForecast {
  /** null for the draft. */
  version: number | null
  machineTypes: MachineKind[]
  events: { max: number }
  /** Calls of functions. */
  calls: OpenSpan
  /** The dearest ways, at most 20. */
  paths: { steps: string[]; transitions: number; usdPerThousandRuns: number }[]
  warnings: string[]
  /** The latest runs of the version; null if none has ended. */
  actual: { runs: number; transitions: number; usdPerThousandRuns: number } | null
  prices: { table: string; region: string }
}

/** Runs that `actual` is the average of, and how many of them are read at a time. */
const mostRuns = 100
const atOnce = 10

/**
 * The forecast of a version, which need not be published, or of the draft.
 *
 * @throws {Fault} `not_found`, `version_not_published` for `latest` where nothing is; `validation_failed` for a draft with
 *   errors.
 */
export async function readForecast(
  world: World,
  orgId: string,
  flowId: string,
  wanted: number | 'latest' | 'draft',
): Promise<ForecastView> {
  return await answering(world, async () => {
    const { graph, kinds, version } = await resolveVersion(world, orgId, flowId, wanted, true)
    const kind = kinds.standardOnly ? 'standard' : 'express'
    const { short, whole } = countForecast(world, { orgId, flowId }, graph, kind)
    return {
      version,
      machineTypes: kinds.standardOnly ? ['standard'] : ['express', 'standard'],
      ...short,
      events: { max: whole.events },
      calls: openSpan(whole.calls),
      paths: whole.paths.map(({ steps, transitions, cost }) => ({
        ...{ steps, transitions, usdPerThousandRuns: thousand(cost + runParts[kind].run) },
      })),
      warnings: [
        ...kinds.reasons.map((reason) => `Runs on Standard machines only: ${reason}`),
        ...whole.warnings,
      ],
      actual: version === null ? null : await actual(world, orgId, flowId, version),
      prices: { table: prices.name, region: prices.region },
    }
  })
}

/** What the latest ended runs of a version took. */
async function actual(
  world: World,
  orgId: string,
  flowId: string,
  version: number,
): Promise<ForecastView['actual']> {
  const { runs } = await listPage(world, orgId, {
    ...{ flowId, version, limit: mostRuns },
    statuses: ['completed', 'failed', 'timed_out'],
  })
  if (runs.length === 0) return null
  let transitions = 0
  let credits = 0
  await eachAtOnce(runs, atOnce, async ({ id }) => {
    const { total, states } = await readCredits(world, orgId, id)
    credits += total
    transitions += states
  })
  const rounded = (total: number) => Math.round((total / runs.length) * 1000) / 1000
  return {
    runs: runs.length,
    transitions: rounded(transitions),
    usdPerThousandRuns: thousand((credits / runs.length) * 10_000),
  }
}
