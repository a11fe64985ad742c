import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Json, World } from '../world.ts'
import { dayOf } from './day-lists.ts'
import { itemsUnder, readItems } from './pages.ts'
import { indexKeys, keys, shardOf } from './table.ts'

/** One numbered event of a run (conventions.md §9). */
export interface RunEvent {
  /** From 1, without gap. */
  seq: number
  type: string
  at: string
  stepId?: string
  /** The type as the author wrote it. */
  stepType?: string
  iteration?: string
  data: Json
}

/** Most events of one item, so that a reader finds any number with one query. */
export const eventsPerItem = 100

/** How far a run's record of events goes. */
export interface EventsEnd {
  /** Number of the last event. */
  last: number
  /** Number of the last change of the table that these events tell of. */
  through: string
  /** How many events of that change they tell. */
  parts: number
  /** JSON text that the maker of events keeps for itself. */
  memory: string
  /** True after the event that ends the run. */
  ended: boolean
}

/** Where the record ends, and how much of it those who watch the run have been sent. */
export interface WatchedEnd extends EventsEnd {
  /** Number of the last event that was sent to every one of them; absent = nobody watches. */
  sent?: number
}

interface EventsRow extends EventsEnd {
  first: number
  /** JSON text of a list of events. */
  events: string
}

/** Where the record of a run ends that has none. */
export const noEvents: EventsEnd = { last: 0, through: '', parts: 0, memory: '{}', ended: false }

/** Where the record ends; strongly consistent. One read, or two of a run that is watched. */
export async function endOfEvents(world: World, org: string, run: string): Promise<WatchedEnd> {
  const newest = itemsUnder<EventsEnd & { sent?: number }>(world, keys.run(org, run).pk, 'EVT#', {
    ScanIndexForward: false,
    Limit: 1,
    ProjectionExpression: '#last, through, parts, memory, ended, sent',
    ExpressionAttributeNames: { '#last': 'last' },
  })
  let watched: { sent?: number } = {}
  for await (const { sent, ...end } of newest) {
    if (sent === undefined) return { ...end, ...watched }
    watched = { sent }
  }
  return { ...noEvents, ...watched }
}

/** Where a flow's log finds an item with lines, by the newest of them. */
export function linesIndex(org: string, flow: string, at: string, id: string) {
  const partition = indexKeys.flowLines(org, flow, dayOf(Date.parse(at)), shardOf(id))
  return { gsi3pk: partition, gsi3sk: `${at}#${id}` }
}

/**
 * Adds events after the last one, in one item: all of them once, or none.
 *
 * @param flow whose log shows the lines among them.
 * @returns false if the record has gone on meanwhile.
 */
export async function addEvents(
  { db, settings }: World,
  org: string,
  run: string,
  events: RunEvent[],
  end: EventsEnd,
  flow: string,
): Promise<boolean> {
  const first = end.last - events.length + 1
  const row: EventsRow = { first, ...end, events: JSON.stringify(events) }
  const newest = newestLine(events)
  const index = newest === null ? {} : linesIndex(org, flow, newest, `${run}#${first}`)
  try {
    await db.send(
      new PutCommand({
        TableName: settings.table,
        Item: { ...keys.event(org, run, first), ...row, ...index },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** Moment of the newest line of the log among events. */
function newestLine(events: RunEvent[]): string | null {
  const moments = events.flatMap(({ type, at }) => (type === 'log' ? [at] : []))
  return moments.sort().at(-1) ?? null
}

/** Events with a number above `after`, in order, at most `limit`. */
export async function readEvents(
  world: World,
  org: string,
  run: string,
  after: number,
  limit: number,
): Promise<RunEvent[]> {
  const { pk } = keys.run(org, run)
  const from = keys.event(org, run, Math.max(0, after + 2 - eventsPerItem)).sk
  // A colon comes right after the digits.
  const events: RunEvent[] = []
  const rows = readItems<EventsRow>(world, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': 'EVT#:' },
    ConsistentRead: true,
  })
  for await (const row of rows) {
    events.push(...(JSON.parse(row.events) as RunEvent[]).filter(({ seq }) => seq > after))
    if (events.length >= limit) break
  }
  return events.slice(0, limit)
}
