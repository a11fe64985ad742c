import { instant } from '../aws/clock.ts'
import type { FlowSettings } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import { createRun, getRun, hasEnded, type RunRow } from '../store/runs.ts'
import { firstHeld, joinHeld, listSlots, type SlotKey, type SlotRow, takeSlot } from '../store/slots.ts'
import type { Write } from '../store/transact.ts'
import type { World } from '../world.ts'
import { cancelIfOpen } from './cancel.ts'
import { concurrencyKey } from './concurrency-key.ts'

/** A run that is to be written, with its inputs. */
type NewRun = RunRow & { inputs: string }

const year = 31_536_000
/** A place outlives the longest run by this, so that its row never vanishes under an open run. */
const graceSeconds = 30 * 86_400
/** Tries to find a place while others take them. */
const tries = 12

/** What is written with a run, and when the sweep first looks at it. */
export interface Beside {
  checkAt: number
  others: Write[]
  /** True if one of `others` is known to be in the way, so that no other try can succeed. */
  isSpent(): Promise<boolean>
}

/**
 * Writes a new run of a flow that limits how many are open at once (flow-language.md §1). A place is a row that is taken
 * together with the run and freed when the run has ended; a run without one is held back, refused, or takes the place of
 * the oldest, as the flow says.
 *
 * @returns the run as it is stored, `heldUntil` set if it has no place yet; null if one of the other items was in the way.
 * @throws {Fault} `concurrency_limit` with `whenFull: reject`; `unavailable` if others were quicker each time.
 */
export async function createInTurn(
  world: World,
  row: NewRun,
  settings: FlowSettings,
  beside: Beside,
): Promise<RunRow | null> {
  const key = concurrencyKey(settings.concurrency?.key ?? '', row)
  for (let attempt = 1; attempt <= tries; attempt++) {
    const { run, more } = await nextTry(world, { ...row, slotKey: key }, settings)
    const outcome = await createRun(world, run, beside.checkAt, [...beside.others, more], world.ids.uuid())
    if (outcome === 'created') return run
    if (outcome === 'exists') return await getRun(world, row.orgId, row.id)
    if (await beside.isSpent()) return null
    // Those that came at once and lost together look again one after the other.
    await world.clock.sleep(attempt * 20 * Math.random())
  }
  throw new Fault('unavailable', 'Too many runs of this key begin at once', { retryAfterSeconds: 1 })
}

/** How the run is to be written as things stand: with a place, or in the row of those that wait for one. */
async function nextTry(
  world: World,
  row: NewRun & { slotKey: string },
  settings: FlowSettings,
): Promise<{ run: NewRun; more: Write }> {
  const { limit, whenFull } = settings.concurrency!
  const of = { orgId: row.orgId, key: row.slotKey }
  const ttl = slotLife(world, settings.timeoutSeconds)
  const at = ({ n, from }: Place) => ({ run: row, more: takeSlot(of, { n, runId: row.id }, ttl, from) })
  const slots = await listSlots(world, of)
  const place = await placeAmong(world, of, slots, limit)
  if (place && (whenFull !== 'queue' || (await firstHeld(world, of)) === null)) return at(place)
  if (whenFull === 'reject') throw full(limit)
  if (whenFull === 'cancel-previous') return at(await cancelOldest(world, of, slots, row.id))
  const heldUntil = instant(world.clock.now() + settings.waitTimeoutSeconds * 1000)
  const held = { runId: row.id, createdAt: row.createdAt, limit }
  return { run: { ...row, heldUntil }, more: joinHeld(of, held, ttl) }
}

/** Seconds since 1970 at which no run can stand on the place any more. */
export function slotLife(world: World, timeoutSeconds = year): number {
  return Math.floor(world.clock.now() / 1000) + timeoutSeconds + graceSeconds
}

/** A place that a run may take; `from` = the run that has ended on it. */
export interface Place {
  n: number
  from?: string
}

/**
 * A place among `limit`, if there is one: one of the free at random, since many may come at once, or else that of a run
 * which has ended and was not heard of.
 *
 * @param ended a run that is known to have ended.
 */
export async function placeAmong(
  world: World,
  { orgId }: SlotKey,
  slots: SlotRow[],
  limit: number,
  ended?: string,
): Promise<Place | null> {
  const taken = new Set(slots.map(({ n }) => n))
  const free = Array.from({ length: limit }, (_, at) => at + 1).filter((n) => !taken.has(n))
  // A version that allowed more may have left places beyond today's limit: their runs count as well.
  if (slots.length < limit && free.length > 0) return { n: free[Math.floor(Math.random() * free.length)]! }
  let open = 0
  let left: Place | null = null
  for (const { n, runId } of slots) {
    const run = runId === ended ? null : await getRun(world, orgId, runId)
    if (run && !hasEnded(run)) open++
    else if (n <= limit) left ??= { n, from: runId }
  }
  return open < limit ? left : null
}

async function cancelOldest(
  world: World,
  { orgId }: SlotKey,
  slots: SlotRow[],
  next: string,
): Promise<Place> {
  const rows = await Promise.all(
    slots.map(async ({ n, runId }) => ({
      n,
      from: runId,
      since: (await getRun(world, orgId, runId))?.createdAt ?? '',
    })),
  )
  const oldest = rows.reduce((first, row) => (row.since < first.since ? row : first))
  await cancelIfOpen(world, orgId, oldest.from, `The run ${next} took its place`)
  return oldest
}

function full(limit: number): Fault {
  const message =
    limit === 1 ? 'A run with this key is open already' : `${limit} runs with this key are open already`
  return new Fault('concurrency_limit', message, { limit, retryAfterSeconds: 1 })
}
