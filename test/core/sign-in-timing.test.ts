import { afterAll, beforeAll, expect, test } from 'vitest'
import { logIn } from '../../shared/core/sign-in.ts'
import { failCalls } from '../failing-calls.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { unequalCosts } from './equal-cost.ts'
import { found } from './people.ts'

let opened: TestWorld
beforeAll(async () => {
  opened = await openTestWorld()
  await found(opened.world, 'acme')
})
afterAll(() => opened.close())

// What a caller sees on the clock is work and waiting. Work is measured as processor time and waiting as the calls that
// are made, because the clock itself also shows whatever else this machine is doing.
test('B12 a wrong login costs as much for a name that nobody has, and says the same', async () => {
  const seen = { known: new Set<string>(), unknown: new Set<string>() }
  const answers = new Set<string>()
  const unequal = await unequalCosts(['known', 'unknown'], async (kind, round) => {
    const username = kind === 'known' ? 'admin@acme.example' : 'nobody@acme.example'
    // An address of its own each time: the count of failures is another test's.
    const login = { username, password: 'wrong horse', address: `192.0.2.${round}` }
    const counting = failCalls(opened.world, { nth: 0, error: () => new Error('never') })
    const error = await logIn(opened.world, login).catch((refusal: unknown) => refusal)
    counting.stop()
    seen[kind].add(counting.seen.join())
    answers.add(JSON.stringify(error))
  })

  expect(answers.size).toBe(1)
  expect(seen.known.size).toBe(1)
  expect(seen.unknown).toEqual(seen.known)
  expect(unequal).toEqual([])
}, 120_000)
