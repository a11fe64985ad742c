/** Rounds of one measurement, and the most that are made before a difference counts. */
const roundsEach = 20
const roundsMost = 200

/**
 * Whether all `kinds` of one act cost the same, within a tenth, by the medians of the processor time of this process.
 *
 * The acts are interleaved, each kind in turn first, so that whatever else the machine does falls on all alike. What
 * it does can still look like a difference in twenty rounds; a real one is also there after the two hundred that the
 * design asks for (hardening.md, B12), so only that counts.
 *
 * @returns a sentence for each kind that costs other than the first of them; none: they cost the same.
 */
export async function unequalCosts<Kind extends string>(
  kinds: readonly Kind[],
  act: (kind: Kind, round: number) => Promise<void>,
): Promise<string[]> {
  const spent = new Map(kinds.map((kind) => [kind, [] as number[]]))
  for (let round = 0; round < roundsMost; round++) {
    for (let turn = 0; turn < kinds.length; turn++) {
      const kind = kinds[(round + turn) % kinds.length]!
      const began = process.cpuUsage()
      await act(kind, round)
      const { user, system } = process.cpuUsage(began)
      spent.get(kind)!.push(user + system)
    }
    if ((round + 1) % roundsEach === 0 && differences(spent).length === 0) return []
  }
  return differences(spent)
}

function differences(spent: Map<string, number[]>): string[] {
  const [[first, usual], ...others] = [...spent].map(([kind, times]) => [kind, median(times)] as const) as [
    readonly [string, number],
    ...(readonly [string, number])[],
  ]
  return others
    .filter(([, time]) => Math.abs(time - usual) >= usual / 10)
    .map(([kind, time]) => `${kind} costs ${time} µs, ${first} ${usual} µs`)
}

const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!
