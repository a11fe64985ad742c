import type { Pattern, RunKindName } from './patterns.ts'
import { type Ids, type Place, placeOf, ratePartition } from './places.ts'
import { randomFrom } from './random.ts'
import type { Use } from './units.ts'

/** Starts in one second of a steady load: what began before ends in it as often. */
export interface Load {
  name: string
  /** Starts a second by kind. */
  starts: Partial<Record<RunKindName, number>>
  flows: number
  organisations: number
}

/** What the load asks of AWS in its second. */
export interface Asked {
  /** Units by kind, table or index, and partition. */
  partitions: Map<string, number>
  /** Units by kind and table or index. */
  totals: Map<string, number>
  /** Calls by quota. */
  calls: Map<string, number>
}

interface Step extends Omit<Use, 'partition'> {
  place: Place
}

/** One second of the load, partition by partition; the same seed gives the same second. */
export function askOf(load: Load, patterns: Record<RunKindName, Pattern>, seed: number): Asked {
  const random = randomFrom(seed)
  const flows = Array.from({ length: load.flows }, (_, n) => ({
    flow: random.uuid(),
    org: `organisation-${n % load.organisations}`,
  }))
  const asked: Asked = { partitions: new Map(), totals: new Map(), calls: new Map() }
  for (const [kind, starts] of Object.entries(load.starts) as [RunKindName, number][]) {
    const pattern = patterns[kind]
    const steps = stepsOf(pattern)
    for (let n = 0; n < starts; n++)
      run(asked, { ...flows[random.below(flows.length)]!, run: random.uuid() }, pattern, steps)
  }
  return asked
}

function stepsOf({ uses, ids }: Pattern): Step[] {
  const things = new Map<string, Place>()
  return uses.map(({ partition, ...use }) => {
    const place = things.get(partition) ?? placeOf(partition, ids, `#${things.size}`)
    things.set(partition, place)
    return { ...use, place }
  })
}

function run(asked: Asked, ids: Ids, pattern: Pattern, steps: Step[]): void {
  for (const { of, kind, units, place } of steps) {
    add(asked.partitions, `${kind} ${of} ${place(ids)}`, units)
    add(asked.totals, `${kind} ${of}`, units)
  }
  add(asked.partitions, `write table ${ratePartition(ids.org)}`, pattern.requests)
  add(asked.totals, 'write table', pattern.requests)
  for (const [operation, times] of Object.entries(pattern.calls)) add(asked.calls, operation, times)
  add(asked.calls, 'state transitions', pattern.transitions)
}

function add(counts: Map<string, number>, key: string, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more)
}
