import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { putAsSeen } from './put-as-seen.ts'
import { keys } from './table.ts'

/** Tries of a change that meets others at the same count. */
const tries = 5

/** The moments, in milliseconds since 1970, at which somebody tried and has not been found right. */
interface FailureRow {
  at: number[]
  rev: number
}

/**
 * Counts a try as a failure before it is looked at, so that a thousand at once are not all looked at.
 *
 * @returns null if it may go on; else the moment from which it may.
 */
export async function countTry(
  world: World,
  scope: string,
  { now, windowMs, most }: { now: number; windowMs: number; most: number },
): Promise<number | null> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const row = await readRow(world, scope)
    const recent = (row?.at ?? []).filter((at) => at > now - windowMs)
    const oldest = recent[recent.length - most]
    if (oldest !== undefined) return oldest + windowMs
    if (await writeRow(world, scope, row, [...recent, now], now + windowMs)) return null
  }
  // So many tries at once for one name are no person's.
  return now + 1000
}

/** Takes a try back that was right after all. */
export async function uncountTry(world: World, scope: string, moment: number): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const row = await readRow(world, scope)
    const index = row?.at.indexOf(moment) ?? -1
    if (!row || index < 0) return
    const last = Math.max(...row.at)
    if (await writeRow(world, scope, row, row.at.toSpliced(index, 1), last + 3_600_000)) return
  }
}

/** Takes back all tries of a name. */
export async function forgetTries(world: World, scope: string, now: number): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const row = await readRow(world, scope)
    if (row === null || row.at.length === 0) return
    if (await writeRow(world, scope, row, [], now + 3_600_000)) return
  }
}

async function readRow({ db, settings }: World, scope: string): Promise<FailureRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keyOf(scope), ConsistentRead: true }),
  )
  return (Item as FailureRow | undefined) ?? null
}

async function writeRow(
  world: World,
  scope: string,
  seen: FailureRow | null,
  at: number[],
  endsAt: number,
): Promise<boolean> {
  return await putAsSeen(world, { ...keyOf(scope), at, ttl: Math.ceil(endsAt / 1000) }, seen)
}

function keyOf(scope: string) {
  return keys.rate(scope, 'FAILURES')
}
