import { expect, test } from 'vitest'
import { unequalCosts } from './equal-cost.ts'

async function burn(microseconds: number): Promise<void> {
  const began = process.cpuUsage()
  for (;;) {
    const { user, system } = process.cpuUsage(began)
    if (user + system >= microseconds) return
  }
}

test('acts that cost the same are not told apart', async () => {
  expect(await unequalCosts(['one', 'other'], () => burn(2000))).toEqual([])
})

test('one that costs a quarter more, or less, is named', async () => {
  const cost = { usual: 2000, dear: 2500, cheap: 1500 }

  const told = await unequalCosts(['usual', 'dear', 'cheap'], (kind) => burn(cost[kind]))

  expect(told.map((sentence) => sentence.split(' ')[0])).toEqual(['dear', 'cheap'])
})
