import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { getItems } from './batch-get.ts'
import { listDays } from './day-lists.ts'
import { linesIndex, type RunEvent } from './events.ts'
import { indexKeys, keys } from './table.ts'

/** An item that holds lines of a flow's log. */
export interface LinesItem {
  /** `<moment of its newest line>#<id>`. */
  sortKey: string
  /** null for the flow's own. */
  runId: string | null
  lines: RunEvent[]
}

const dayMs = 86_400_000
const keepDays = 90
const readAhead = 25

/** Adds one of the flow's own lines; the same id again is the same line. */
export async function putFlowLine(
  { db, settings }: World,
  org: string,
  flow: string,
  id: string,
  line: Omit<RunEvent, 'seq' | 'type'>,
): Promise<void> {
  const event: RunEvent = { seq: 1, type: 'log', ...line }
  await db.send(
    new PutCommand({
      TableName: settings.table,
      Item: {
        ...keys.flowLine(org, flow, id),
        events: JSON.stringify([event]),
        ttl: Math.floor(Date.parse(line.at) / 1000) + keepDays * 86_400,
        ...linesIndex(org, flow, line.at, id),
      },
    }),
  )
}

/**
 * Items with lines, those with the newest line first. The index is a moment behind.
 *
 * @param range.from,range.until milliseconds since 1970. @param range.atMost begin with this sort key.
 */
export async function* listLines(
  world: World,
  org: string,
  flow: string,
  range: { from: number; until: number; atMost?: string | undefined },
): AsyncGenerator<LinesItem> {
  const list = listDays<{ pk: string; sk: string }>(world, {
    ...range,
    until: range.until + dayMs,
    index: 'gsi3',
    partition: (day, shard) => indexKeys.flowLines(org, flow, day, shard),
  })
  let ahead: { pk: string; sk: string; sortKey: string }[] = []
  for await (const entry of list) {
    ahead.push(entry)
    if (ahead.length < readAhead) continue
    yield* await whole(world, ahead)
    ahead = []
  }
  yield* await whole(world, ahead)
}

async function whole(
  world: World,
  entries: { pk: string; sk: string; sortKey: string }[],
): Promise<LinesItem[]> {
  const wanted = entries.map(({ pk, sk }) => ({ pk, sk }))
  const found = new Map(
    (await getItems(world, wanted, ['events'])).map((item) => [`${item.pk} ${item.sk}`, item]),
  )
  return entries.map(({ pk, sk, sortKey }) => {
    const events = JSON.parse(String(found.get(`${pk} ${sk}`)?.events ?? '[]')) as RunEvent[]
    const runId = /#RUN#([^#]+)$/.exec(pk)?.[1] ?? null
    return { sortKey, runId, lines: events.filter(({ type }) => type === 'log') }
  })
}
