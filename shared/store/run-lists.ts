import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { listDays } from './day-lists.ts'
import type { RunRow } from './runs.ts'
import { indexKeys, keys } from './table.ts'

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
  // A clock that is a little ahead elsewhere may have dated a run tomorrow.
  const days = { from, until: now + dayMs, oldestFirst }
  yield* flow === undefined
    ? listDays<RunLine>(world, {
        ...days,
        index: 'gsi1',
        partition: (day, shard) => indexKeys.runs(org, day, shard),
      })
    : listDays<RunLine>(world, {
        ...days,
        index: 'gsi3',
        partition: (day, shard) => indexKeys.flowRuns(org, flow, day, shard),
      })
}

async function firstDay({ db, settings }: World, org: string, flow: string | undefined) {
  const Key = flow === undefined ? keys.organisation(org) : keys.flow(org, flow)
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key, ProjectionExpression: 'createdAt' }),
  )
  return typeof Item?.createdAt === 'string' ? Date.parse(Item.createdAt) : null
}
