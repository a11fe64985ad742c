import { instant } from '../aws/clock.ts'
import { checkKey, getRun, moveCheck, type RunRow } from '../store/runs.ts'
import {
  admitHeld,
  firstHeld,
  freeSlot,
  type HeldRow,
  isHeld,
  leaveHeld,
  listSlots,
  type SlotKey,
} from '../store/slots.ts'
import type { World } from '../world.ts'
import { placeAmong, slotLife } from './concurrency.ts'
import { runError } from './run-error.ts'
import { noteRunning, startMachine } from './run-standard.ts'
import { recordEnd } from './settle.ts'

/** More runs than can be admitted by one call are admitted by the next end, or by the sweep. */
const mostAtOnce = 100
const checkMs = 60_000
const longestCheckMs = 10 * 60_000

/**
 * Gives the free places of a concurrency key to the runs that wait for one, the oldest first, and starts them. May be called
 * at any time by anyone: each admission is one transaction.
 *
 * @param ended a run of the key that has ended: its place is free.
 */
export async function admitNext(world: World, of: SlotKey, ended?: string): Promise<void> {
  for (let round = 0; round < mostAtOnce; round++) {
    const held = await firstHeld(world, of)
    const more = held ? await admit(world, of, held, ended) : await release(world, of, ended)
    if (!more) return
  }
}

/** @returns true if there may be more to do. */
async function admit(world: World, of: SlotKey, held: HeldRow, ended?: string): Promise<boolean> {
  const run = await getRun(world, of.orgId, held.runId)
  if (!run || !isHeld(run)) {
    await leaveHeld(world, of, held)
    return true
  }
  const place = await placeAmong(world, of, await listSlots(world, of), held.limit, ended)
  if (!place) return false
  const gsi2sk = checkKey(run.orgId, run.id, world.clock.now() + checkMs)
  if (await admitHeld(world, of, held, { ...place, ttl: slotLife(world), gsi2sk }))
    await begin(world, { ...run, gsi2sk })
  return true
}

/** Nobody waits: the place is free. Somebody may have joined the row meanwhile, so it is looked at once more. */
async function release(world: World, of: SlotKey, ended?: string): Promise<boolean> {
  const own = (await listSlots(world, of)).find(({ runId }) => runId === ended)
  if (!own) return false
  await freeSlot(world, of, own)
  return true
}

/** A start that the engine does not take now is left to the sweep. */
async function begin(world: World, run: RunRow): Promise<void> {
  if (await startMachine(world, run)) await noteRunning(world, run)
}

/**
 * Looks after a held run: admits it if there is a place, gives it up when it has waited for as long as the flow lets a run
 * stand still (`settings.waitTimeoutSeconds`).
 *
 * @returns what was done, for the sweep's count.
 */
export async function sweepHeld(world: World, row: RunRow): Promise<'expired' | 'held' | 'started'> {
  const now = world.clock.now()
  const until = Date.parse(row.heldUntil ?? '')
  if (until <= now) {
    const at = instant(now)
    const error = runError('run_timed_out', 'The run got no place among the open runs of its key in time', at)
    await recordEnd(world, row.orgId, row.id, { status: 'timed_out', error })
    return 'expired'
  }
  await admitNext(world, { orgId: row.orgId, key: row.slotKey ?? '' })
  const after = await getRun(world, row.orgId, row.id)
  if (!after || !isHeld(after)) return 'started'
  await moveCheck(world, row, Math.min(until, now + longestCheckMs))
  return 'held'
}
