import type { Asked } from './load.ts'
import { partitionLimit, quotas, tableLimit } from './quotas.ts'

/** Something that is asked for, and how much of it there is a second. */
export interface Row {
  what: string
  asked: number
  limit: number
}

/** The busiest partition of the table and of each index, for writing and reading. */
export function busiestPartitions({ partitions }: Asked): Row[] {
  const busiest = new Map<string, Row>()
  for (const [what, asked] of partitions) {
    const place = what.split(' ').slice(0, 2).join(' ')
    if (asked <= (busiest.get(place)?.asked ?? 0)) continue
    busiest.set(place, { what, asked, limit: partitionLimit[kindOf(what)] })
  }
  return [...busiest.values()].sort((a, b) => (a.what < b.what ? -1 : 1))
}

/** The table and its indexes as wholes. */
export function wholeTables({ totals }: Asked): Row[] {
  return [...totals].map(([what, asked]) => ({ what, asked, limit: tableLimit[kindOf(what)] }))
}

/** Calls of Step Functions beside their quotas; what has none is left out. */
export function calledQuotas({ calls }: Asked): Row[] {
  return [...calls].flatMap(([what, asked]) => {
    const limit = quotas[what]
    return limit === undefined ? [] : [{ what, asked, limit }]
  })
}

/** What is asked for beyond its limit. */
export function findOver(rows: Row[]): Row[] {
  return rows.filter(({ asked, limit }) => asked > limit)
}

function kindOf(what: string): 'write' | 'read' {
  return what.startsWith('write') ? 'write' : 'read'
}
