import { Fault } from '../faults.ts'
import { hasEnded, type RunRow } from '../store/runs.ts'
import { getWait, getWaits, listWaits, type WaitRow } from '../store/waits.ts'
import type { JsonObject, World } from '../world.ts'
import { viewWait } from './run-view.ts'
import { waitIdOf } from './step-key.ts'

/** Most waits that a refusal lists. */
const listed = 50

/**
 * Finds the wait that an answer is for: the named one, else the only open one, else the latest, so that whoever comes
 * second learns who was first.
 *
 * @throws {Fault} `conflict` reason `wait_mismatch` (no wait of this run), `wait_not_named` with `waits`, `not_waiting`;
 * `run_finished`.
 */
export async function findWait(world: World, row: RunRow, waitId: string | undefined): Promise<WaitRow> {
  const open = hasEnded(row) ? [] : [...(row.openWaits ?? [])].sort()
  if (waitId !== undefined) return await named(world, row, open, waitId)
  const waits = await getWaits(world, row.orgId, row.id, open.slice(0, listed + 1))
  const [first, ...others] = waits.filter(({ status }) => status === 'open')
  if (first && others.length > 0)
    throw new Fault('conflict', 'Several waits are open: name the one that the answer is for', {
      reason: 'wait_not_named',
      waits: [first, ...others].slice(0, listed).map(viewWait),
    })
  const wait = first ?? waits.at(-1) ?? (await listWaits(world, row.orgId, row.id)).at(-1)
  if (wait) return wait
  if (hasEnded(row)) throw runFinished(row)
  throw new Fault('conflict', 'The run is not waiting for an answer', { reason: 'not_waiting' })
}

async function named(world: World, row: RunRow, open: string[], waitId: string): Promise<WaitRow> {
  const key = open.find((one) => waitIdOf(row.id, one) === waitId)
  const wait =
    key === undefined
      ? (await listWaits(world, row.orgId, row.id)).find(({ id }) => id === waitId)
      : await getWait(world, row.orgId, row.id, key)
  if (wait) return wait
  throw new Fault('conflict', 'The run has no such wait', { reason: 'wait_mismatch' })
}

/**
 * The wait that an answer names: in the path, at its top, or inside a tool's result.
 *
 * @throws {Fault} `conflict` reason `wait_mismatch` if it names two.
 */
export function waitNamedBy(answer: JsonObject, waitId: string | undefined): string | undefined {
  const result = answer.toolResult as JsonObject | null | undefined
  const names = [waitId, answer.executionId, result?.executionId].filter((name) => typeof name === 'string')
  if (new Set(names).size > 1)
    throw new Fault('conflict', 'The answer names another wait', { reason: 'wait_mismatch' })
  return names[0]
}

/** The refusal of an answer to a run that has ended. */
export function runFinished(row: RunRow): Fault {
  return new Fault('run_finished', 'The run has ended', {
    runStatus: row.status,
    finishedAt: row.finishedAt ?? null,
  })
}
