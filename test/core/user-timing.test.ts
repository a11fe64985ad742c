import { afterAll, beforeAll, expect, test } from 'vitest'
import { usersFor } from '../../shared/core/users.ts'
import { failCalls } from '../failing-calls.ts'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { unequalCosts } from './equal-cost.ts'

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

// Measured like a login to the product itself (sign-in-timing.test.ts): work as processor time, waiting as calls.
test('B12 a wrong password costs as much for a user that there is not, or that has none, and says the same', async () => {
  const kinds = ['known', 'unknown', 'without'] as const
  const seen = { known: new Set<string>(), unknown: new Set<string>(), without: new Set<string>() }
  const answers = new Set<unknown>()
  const unequal = await unequalCosts(kinds, async (kind) => {
    // The count of failures is another test's.
    await clock.leap(16 * 60_000)
    const counting = failCalls(opened.world, { nth: 0, error: () => new Error('never') })
    answers.add(await users().verifyPassword({ email: `${kind}@example.com` }, 'wrong horse'))
    counting.stop()
    seen[kind].add(counting.seen.join())
  })

  expect([...answers]).toEqual([null])
  expect(seen.known.size).toBe(1)
  expect([seen.unknown, seen.without]).toEqual([seen.known, seen.known])
  expect(unequal).toEqual([])
}, 120_000)
