import { findJourney, type JourneyRow } from '../../store/journeys.ts'
import { getRun, hasEnded, type RunRow } from '../../store/runs.ts'
import { digest } from '../../store/table.ts'
import type { World } from '../../world.ts'
import type { Principal } from '../principal.ts'
import { limitRate } from '../rate-limit.ts'
import { spent } from '../spent-rate.ts'
import { noJourney } from './refusals.ts'

/** A journey under way: what its flowId opens, and how its run stood when the request came. */
export interface Journey {
  row: JourneyRow
  run: RunRow
}

/** How long the end of a run waits for whoever asks for it. */
const untoldMs = 15 * 60_000
/** A minute: flowIds of one address that open nothing; answers to one flowId. */
const mostUnknown = 60
const mostAnswers = 120

/**
 * What a flowId opens in the organisation that the path names. Whatever it opens no more is refused in one way, and in
 * equal time.
 *
 * @throws {Fault} `invalid_request` reason `flow_id`; `rate_limited`.
 */
export async function openJourney(
  world: World,
  { orgId, flowId, address }: { orgId: string | null; flowId: string; address: string },
): Promise<Journey> {
  const flowIdHash = digest(flowId)
  const unknown = `journey-unknown#${digest(address)}`
  await spent(world, unknown, mostUnknown)
  const row = await findJourney(world, flowIdHash)
  const mine = row !== null && row.orgId === orgId ? row : null
  // As many reads for what there is not: a guess is told nothing by the time it takes.
  const run = await getRun(world, orgId ?? '', mine?.runId ?? '')
  if (mine === null || run === null) {
    await limitRate(world, unknown, mostUnknown)
    throw noJourney()
  }
  await limitRate(world, `journey#${flowIdHash}`, mostAnswers)
  if (isOver(world, mine, run)) throw noJourney()
  return { row: mine, run }
}

/** Whether the end was told, came without an end that could be told, or was not asked for in time. */
function isOver({ clock }: World, row: JourneyRow, run: RunRow): boolean {
  if (row.toldAt !== undefined) return true
  if (!hasEnded(run)) return false
  if (run.status !== 'completed' && !(run.status === 'failed' && row.shownWaitId === undefined)) return true
  return Date.parse(run.finishedAt ?? run.updatedAt) + untoldMs <= clock.now()
}

/** Whoever holds a flowId: the starter of this one run, and nobody besides (faces/journeys.md §10). */
export function holderOfJourney({ orgId, runId }: Pick<JourneyRow, 'orgId' | 'runId'>): Principal {
  return {
    orgId,
    actor: `journey:${runId}`,
    accountId: null,
    email: null,
    role: 'viewer',
    scopes: [],
    sessionId: null,
  }
}
