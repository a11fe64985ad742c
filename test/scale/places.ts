import { dayOf } from '../../shared/store/day-lists.ts'
import { indexKeys, keys, openShards, shardOf } from '../../shared/store/table.ts'

/** Whose run it is. */
export interface Ids {
  org: string
  flow: string
  run: string
}

/** The partition that another run writes at the same place of its life. */
export type Place = (ids: Ids) => string

/** Lists that are spread; `thing` tells apart what of a run is listed. */
type Spread = (ids: Ids, shardIn: typeof shardOf, thing: string) => string

const day = dayOf(Date.now())
const spreads: Spread[] = [
  ({ org, run }, shard) => indexKeys.runs(org, day, shard(run)),
  ({ org, flow, run }, shard) => indexKeys.flowRuns(org, flow, day, shard(run)),
  ({ org, flow, run }, shard, thing) => indexKeys.flowLines(org, flow, day, shard(run + thing)),
  ({ run }, shard, thing) => indexKeys.open(shard(run + thing, openShards)),
]

/** Far more than any list is spread over. */
const mostShards = 256

/** @param thing tells apart what of one run lies in a list. */
export function placeOf(partition: string, seen: Ids, thing: string): Place {
  for (const spread of spreads)
    for (let n = 0; n < mostShards; n++)
      if (spread(seen, () => n, thing) === partition) return (ids) => spread(ids, shardOf, thing)
  const own = /[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}/g
  return ({ org, flow, run }) =>
    partition
      .replaceAll(seen.run, '<run>')
      .replaceAll(seen.flow, '<flow>')
      .replaceAll(seen.org, '<org>')
      .replaceAll(own, `${run}${thing}`)
      .replaceAll('<run>', run)
      .replaceAll('<flow>', flow)
      .replaceAll('<org>', org)
}

/** What counts an organisation's requests: in the worst case each of them, by an instance of its own. */
export function ratePartition(org: string): string {
  return keys.rate(`ORG#${org}#ALL`, '0').pk
}
