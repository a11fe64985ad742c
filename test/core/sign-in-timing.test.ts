import { afterAll, beforeAll, expect, test } from 'vitest'
import { logIn } from '../../shared/core/sign-in.ts'
import { failCalls } from '../failing-calls.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { found } from './people.ts'

let opened: TestWorld
beforeAll(async () => {
  opened = await openTestWorld()
  await found(opened.world, 'acme')
})
afterAll(() => opened.close())

const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!

// What a caller sees on the clock is work and waiting. Work is measured as processor time and waiting as the calls that
// are made, because the clock itself also shows whatever else this machine is doing.
test('B12 a wrong login costs as much for a name that nobody has, and says the same', async () => {
  const cost = { known: [] as number[], unknown: [] as number[] }
  const seen = { known: new Set<string>(), unknown: new Set<string>() }
  const answers = new Set<string>()
  const wrong = async (kind: 'known' | 'unknown', round: number) => {
    const username = kind === 'known' ? 'admin@acme.example' : 'nobody@acme.example'
    // An address of its own each time: the count of failures is another test's.
    const login = { username, password: 'wrong horse', address: `192.0.2.${round}` }
    const counting = failCalls(opened.world, { nth: 0, error: () => new Error('never') })
    const began = process.cpuUsage()
    const error = await logIn(opened.world, login).catch((refusal: unknown) => refusal)
    const { user, system } = process.cpuUsage(began)
    counting.stop()
    cost[kind].push(user + system)
    seen[kind].add(counting.seen.join())
    answers.add(JSON.stringify(error))
  }
  for (let round = 0; round < 40; round++) {
    // Interleaved, and in turn first.
    const order = round % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)
    for (const kind of order) await wrong(kind, round)
  }

  expect(answers.size).toBe(1)
  expect(seen.known.size).toBe(1)
  expect(seen.unknown).toEqual(seen.known)
  const [known, unknown] = [median(cost.known), median(cost.unknown)]
  expect(Math.abs(known - unknown)).toBeLessThan(known / 10)
})
