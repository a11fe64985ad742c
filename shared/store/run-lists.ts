import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { readItems } from './pages.ts'
import type { RunRow } from './runs.ts'
import { indexKeys, keys, listShards } from './table.ts'

/** What the lists' indexes hold of a run. */
export type RunLine = Pick<
  RunRow,
  | 'id'
  | 'flowId'
  | 'version'
  | 'label'
  | 'status'
  | 'trigger'
  | 'error'
  | 'openWaits'
  | 'startedAt'
  | 'finishedAt'
  | 'summary'
> & {
  /** `<createdAt>#<id>`. */
  sortKey: string
}

const dayMs = 86_400_000
/** How far back lists go at most: longer than any run is kept by default. */
const mostDays = 400
/** Days whose partitions are read at a time. */
const daysAtOnce = 7

/** What the index of one flow's runs holds besides. */
export type FlowRunLine = RunLine &
  Pick<RunRow, 'updatedAt' | 'progressAt' | 'reruns' | 'headId' | 'currentRunId'>

/**
 * Runs newest first, day by day: each day is spread over a few partitions, which are merged (aws.md 3.2). The walk ends at
 * the day on which the flow, or the organisation, was made.
 *
 * @param oldestFirst walks the other way. @default false
 */
export function listRunDays(
  world: World,
  org: string,
  flow: string,
  oldestFirst?: boolean,
): AsyncGenerator<FlowRunLine>
export function listRunDays(
  world: World,
  org: string,
  flow: string | undefined,
  oldestFirst?: boolean,
): AsyncGenerator<RunLine>
export async function* listRunDays(
  world: World,
  org: string,
  flow: string | undefined,
  oldestFirst = false,
): AsyncGenerator<RunLine> {
  const now = world.clock.now()
  const from = Math.max(now - mostDays * dayMs, (await firstDay(world, org, flow)) ?? 0)
  const days: string[] = []
  // A clock that is a little ahead elsewhere may have dated a run tomorrow.
  for (let at = now + dayMs; dayOf(at) >= dayOf(from); at -= dayMs) days.push(dayOf(at))
  if (oldestFirst) days.reverse()
  for (let first = 0; first < days.length; first += daysAtOnce) {
    const lists = await Promise.all(
      days.slice(first, first + daysAtOnce).map((day) => listDay(world, org, flow, day)),
    )
    yield* oldestFirst ? lists.flatMap((list) => list.reverse()) : lists.flat()
  }
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '')
}

async function firstDay({ db, settings }: World, org: string, flow: string | undefined) {
  const Key = flow === undefined ? keys.organisation(org) : keys.flow(org, flow)
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key, ProjectionExpression: 'createdAt' }),
  )
  return typeof Item?.createdAt === 'string' ? Date.parse(Item.createdAt) : null
}

async function listDay(world: World, org: string, flow: string | undefined, day: string): Promise<RunLine[]> {
  const shards = await Promise.all(
    Array.from({ length: listShards }, (_, shard) => listShard(world, org, flow, day, shard)),
  )
  return shards.flat().sort((a, b) => (a.sortKey < b.sortKey ? 1 : -1))
}

async function listShard(
  world: World,
  org: string,
  flow: string | undefined,
  day: string,
  shard: number,
): Promise<RunLine[]> {
  const [index, partition] =
    flow === undefined
      ? ['gsi1', indexKeys.runs(org, day, shard)]
      : ['gsi3', indexKeys.flowRuns(org, flow, day, shard)]
  const found: RunLine[] = []
  const items = readItems<RunLine & Record<string, string>>(world, {
    IndexName: index,
    KeyConditionExpression: '#pk = :pk',
    ExpressionAttributeNames: { '#pk': `${index}pk` },
    ExpressionAttributeValues: { ':pk': partition },
    ScanIndexForward: false,
  })
  for await (const item of items) found.push({ ...item, sortKey: item[`${index}sk`] as string })
  return found
}
