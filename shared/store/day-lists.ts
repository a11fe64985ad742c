import type { World } from '../world.ts'
import { readItems } from './pages.ts'
import { listShards } from './table.ts'

const dayMs = 86_400_000
/** Days whose first pages are read at a time. */
const daysAtOnce = 7

/** A list that is spread over days, and each day over a few partitions (aws.md 3.2). */
export interface DayList {
  index: 'gsi1' | 'gsi3'
  /** @param day `yyyymmdd` */
  partition(day: string, shard: number): string
  /** Milliseconds since 1970: the first and the last day to look at. */
  from: number
  until: number
  /** Only items with this sort key or a smaller one. */
  atMost?: string | undefined
  /** @default newest first */
  oldestFirst?: boolean
}

/** The items of such a list in order, the shards of each day merged, until the caller stops. */
export async function* listDays<T>(world: World, list: DayList): AsyncGenerator<T & { sortKey: string }> {
  const days: string[] = []
  for (let at = list.until; dayOf(at) >= dayOf(list.from); at -= dayMs) days.push(dayOf(at))
  if (list.oldestFirst) days.reverse()
  for (let first = 0; first < days.length; first += daysAtOnce) {
    const merged = days.slice(first, first + daysAtOnce).map((day) => {
      const items = listDay<T>(world, list, day)
      const next = items.next()
      // Whoever stops early does not hear of the days behind.
      next.catch(() => {})
      return { items, next }
    })
    for (const { items, next } of merged) {
      const { value, done } = await next
      if (done) continue
      yield value
      yield* items
    }
  }
}

/** `yyyymmdd` */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '')
}

async function* listDay<T>(
  world: World,
  list: DayList,
  day: string,
): AsyncGenerator<T & { sortKey: string }, undefined> {
  const shards = Array.from({ length: listShards }, (_, shard) => listShard<T>(world, list, day, shard))
  const comesBefore = (one: string, other: string) => (list.oldestFirst ? one < other : one > other)
  const heads = await Promise.all(shards.map((items) => items.next()))
  for (;;) {
    let first = -1
    for (const [at, { done, value }] of heads.entries())
      if (!done && (first < 0 || comesBefore(value.sortKey, heads[first]?.value?.sortKey ?? ''))) first = at
    const head = heads[first]
    const items = shards[first]
    if (!head || head.done || !items) return
    yield head.value
    heads[first] = await items.next()
  }
}

async function* listShard<T>(
  world: World,
  { index, partition, atMost, oldestFirst = false }: DayList,
  day: string,
  shard: number,
): AsyncGenerator<T & { sortKey: string }, undefined> {
  const items = readItems<T & Record<string, string>>(world, {
    IndexName: index,
    KeyConditionExpression: atMost === undefined ? '#pk = :pk' : '#pk = :pk AND #sk <= :sk',
    ExpressionAttributeNames: {
      '#pk': `${index}pk`,
      ...(atMost === undefined ? {} : { '#sk': `${index}sk` }),
    },
    ExpressionAttributeValues: {
      ':pk': partition(day, shard),
      ...(atMost === undefined ? {} : { ':sk': atMost }),
    },
    ScanIndexForward: oldestFirst,
  })
  for await (const item of items) yield { ...item, sortKey: item[`${index}sk`] as string }
}
