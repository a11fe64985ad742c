import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { itemsUnder, listUnder } from './pages.ts'
import { type RunRow, runUpdate } from './runs.ts'
import { keys } from './table.ts'
import { transact, type Write } from './transact.ts'

/** One of the places that a concurrency key has: whose run stands on it. */
export interface SlotRow {
  /** From 1 to the limit. */
  n: number
  runId: string
}

/** A run that waits for a place. */
export interface HeldRow {
  runId: string
  createdAt: string
  /** How many places there are for this run. */
  limit: number
}

/** Where a key's places and the runs waiting for one lie. */
export interface SlotKey {
  orgId: string
  /** Flow and digest of the concurrency key. */
  key: string
}

const pageOfHeld = 10

/** Every place that is taken; strongly consistent. */
export async function listSlots(world: World, { orgId, key }: SlotKey): Promise<SlotRow[]> {
  return await listUnder<SlotRow>(world, keys.slot(orgId, key, 1).pk, 'SLOT#')
}

/** The run that has waited longest for a place; strongly consistent. */
export async function firstHeld(world: World, { orgId, key }: SlotKey): Promise<HeldRow | null> {
  const held = itemsUnder<HeldRow>(world, keys.slot(orgId, key, 1).pk, 'HELD#', { Limit: pageOfHeld })
  for await (const row of held) return row
  return null
}

/**
 * Takes a place: a free one, or that of the run which had it before.
 *
 * @param ttl seconds since 1970 at which nobody can need the row any more.
 */
export function takeSlot({ orgId, key }: SlotKey, { n, runId }: SlotRow, ttl: number, from?: string): Write {
  const isFree = 'attribute_not_exists(pk)'
  return {
    Put: {
      TableName: '',
      Item: { ...keys.slot(orgId, key, n), n, runId, ttl },
      ...(from === undefined
        ? { ConditionExpression: isFree }
        : {
            ConditionExpression: `${isFree} OR runId = :from`,
            ExpressionAttributeValues: { ':from': from },
          }),
    },
  }
}

/** Puts a run into the row of those that wait for a place. */
export function joinHeld({ orgId, key }: SlotKey, row: HeldRow, ttl: number): Write {
  return {
    Put: { TableName: '', Item: { ...keys.heldRun(orgId, key, row.createdAt, row.runId), ...row, ttl } },
  }
}

/** Gives a place back, unless somebody else has it by now. */
export async function freeSlot(
  { db, settings }: World,
  { orgId, key }: SlotKey,
  slot: SlotRow,
): Promise<void> {
  try {
    await db.send(
      new DeleteCommand({
        TableName: settings.table,
        Key: keys.slot(orgId, key, slot.n),
        ConditionExpression: 'runId = :run',
        ExpressionAttributeValues: { ':run': slot.runId },
      }),
    )
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}

/** Takes a run out of the row; it may be gone already. */
export async function leaveHeld(
  { db, settings }: World,
  { orgId, key }: SlotKey,
  row: HeldRow,
): Promise<void> {
  await db.send(
    new DeleteCommand({ TableName: settings.table, Key: keys.heldRun(orgId, key, row.createdAt, row.runId) }),
  )
}

/**
 * Lets the first run of the row have a place, at once with its leaving the row.
 *
 * @param from the run that had the place, if it was taken.
 * @param gsi2sk when the sweep looks at the run.
 * @returns false if the place or the run is no longer as it was read.
 */
export async function admitHeld(
  world: World,
  of: SlotKey,
  held: HeldRow,
  place: { n: number; from?: string; ttl: number; gsi2sk: string },
): Promise<boolean> {
  const { orgId, key } = of
  const admitted = runUpdate(orgId, held.runId, {
    set: { gsi2sk: place.gsi2sk },
    remove: ['heldUntil'],
    from: ['queued'],
    present: 'heldUntil',
  })
  const written = await transact(world, [
    takeSlot(of, { n: place.n, runId: held.runId }, place.ttl, place.from),
    {
      Delete: {
        TableName: '',
        Key: keys.heldRun(orgId, key, held.createdAt, held.runId),
        ConditionExpression: 'attribute_exists(pk)',
      },
    },
    { Update: { TableName: '', ...admitted } },
  ])
  return written.ok
}

/** True if the run still waits for a place. */
export function isHeld({ status, heldUntil }: Pick<RunRow, 'status' | 'heldUntil'>): boolean {
  return status === 'queued' && heldUntil !== undefined
}
