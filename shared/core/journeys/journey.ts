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
  /** Its end was told, or cannot be told: only a reply that was kept can be had again. */
  isOver?: boolean
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
 * @param mayRepeat the request has a key: what it was told at the end is kept as long as an end that nobody has asked for.
 *
 * @throws {Fault} `invalid_request` reason `flow_id`; `rate_limited`.
 */
export async function openJourney(
  world: World,
  {
    orgId,
    flowId,
    address,
    mayRepeat,
  }: { orgId: string | null; flowId: string; address: string; mayRepeat: boolean },
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
  const isOver = hasClosed(world, mine, run)
  if (isOver && !(mayRepeat && isFresh(world, run))) throw noJourney()
  return { row: mine, run, isOver }
}

/** Whether the end was told, came without an end that could be told, or was not asked for in time. */
function hasClosed(world: World, row: JourneyRow, run: RunRow): boolean {
  if (row.toldAt !== undefined) return true
  if (!hasEnded(run)) return false
  if (run.status !== 'completed' && !(run.status === 'failed' && row.shownWaitId === undefined)) return true
  return !isFresh(world, run)
}

/** Still running, or ended a moment ago. */
function isFresh({ clock }: World, run: RunRow): boolean {
  return !hasEnded(run) || clock.now() < Date.parse(run.finishedAt ?? run.updatedAt) + untoldMs
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
