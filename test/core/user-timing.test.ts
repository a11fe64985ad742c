import { afterAll, beforeAll, expect, test } from 'vitest'
import { usersFor } from '../../shared/core/users.ts'
import { failCalls } from '../failing-calls.ts'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { openTestWorld, type TestWorld } from '../world.ts'

const org = '5a3f0b1c-0000-4000-8000-000000000001'

let clock: FakeClock
let opened: TestWorld
beforeAll(async () => {
  clock = fakeClock()
  opened = await openTestWorld({ clock })
  await users().create({ email: 'known@example.com', password: 'correct horse', attributes: {} })
  await users().create({ email: 'without@example.com', password: null, attributes: {} })
})
afterAll(() => opened.close())

let visits = 0
const users = () => usersFor(opened.world, org, `run:${++visits}`)
/** The lower quartile: what else the machine is doing only ever adds. */
const typical = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 4)]!

// Measured like a login to the product itself (sign-in-timing.test.ts): work as processor time, waiting as calls.
test('B12 a wrong password costs as much for a user that there is not, or that has none, and says the same', async () => {
  const kinds = ['known', 'unknown', 'without'] as const
  const cost: Record<string, number[]> = { known: [], unknown: [], without: [] }
  const seen: Record<string, Set<string>> = { known: new Set(), unknown: new Set(), without: new Set() }
  const answers = new Set<unknown>()
  const wrong = async (kind: string) => {
    const counting = failCalls(opened.world, { nth: 0, error: () => new Error('never') })
    const began = process.cpuUsage()
    answers.add(await users().verifyPassword({ email: `${kind}@example.com` }, 'wrong horse'))
    const { user, system } = process.cpuUsage(began)
    counting.stop()
    cost[kind]!.push(user + system)
    seen[kind]!.add(counting.seen.join())
  }
  for (let round = 0; round < 40; round++) {
    // The count of failures is another test's.
    await clock.leap(16 * 60_000)
    // Interleaved, and in turn first.
    for (let turn = 0; turn < kinds.length; turn++) await wrong(kinds[(round + turn) % kinds.length]!)
  }

  expect([...answers]).toEqual([null])
  expect(seen.known!.size).toBe(1)
  expect([seen.unknown, seen.without]).toEqual([seen.known, seen.known])
  const known = typical(cost.known!)
  for (const kind of ['unknown', 'without'])
    expect(Math.abs(known - typical(cost[kind]!)), kind).toBeLessThan(known / 10)
})
