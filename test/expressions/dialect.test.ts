import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileDirect } from '../../shared/expressions/direct.ts'
import { parseCompiled } from '../../shared/expressions/gate.ts'
import { TooMuchWork } from '../../shared/expressions/json-values.ts'
import { isSafe } from '../../shared/expressions/safe.ts'
import { Worker } from '../../shared/expressions/worker.ts'
import { data, dialect, inherited } from './dialect.ts'
import { evaluate206, outcomeOf } from './evaluate.ts'

let worker: Worker

beforeAll(async () => {
  await new Promise<void>((ready) => {
    worker = new Worker({ free: () => ready(), gone: () => {} })
  })
})

afterAll(() => worker.kill())

// Numbers and dates written by a picture were wrong in 2.0.6 and are not compared; an error is an error by any code.
const comparable = (outcome: string) => (outcome.startsWith('!') ? '!' : outcome)

const inChild = (source: string) =>
  outcomeOf(async () => {
    const question = { source, input: JSON.stringify(data), bindings: '{}', evaluationMs: 5_000 }
    const output = await worker.evaluate(question, 10_000)
    return output === undefined ? undefined : JSON.parse(output)
  })

test('H11 a child evaluates more than 1,000 expressions as JSONata 2.0.6 does', async () => {
  const differences: unknown[] = []

  for (const source of dialect) {
    const [expected, found] = await Promise.all([evaluate206(source, {}, data), inChild(source)])
    if (comparable(found) !== comparable(expected)) differences.push({ source, expected, found })
  }

  expect(dialect.length).toBeGreaterThan(1_000)
  expect(differences).toEqual([])
}, 60_000)

test.each(inherited)('H11 a name that every object inherits reads as nothing: %s', async (source) => {
  const direct = await outcomeOf(() => compileDirect(parseCompiled(source)).evaluate(data, {}))

  expect([direct, await inChild(source)]).toEqual(['nothing', 'nothing'])
})

test('the main process evaluates what is safe as JSONata 2.0.6 does, errors included', async () => {
  const differences: unknown[] = []
  let safe = 0

  for (const source of dialect) {
    const tree = parseCompiled(source)
    if (!isSafe(tree)) continue
    safe++
    const expected = await evaluate206(source, {}, data)
    const found = await outcomeOf(() => compileDirect(tree).evaluate(data, {}))
    if (found !== expected) differences.push({ source, expected, found })
  }

  expect(safe).toBeGreaterThan(1_000)
  expect(differences.filter(isReal)).toEqual([])
})

// What leaves the range of numbers is done again in a child.
function isReal(difference: unknown): boolean {
  const { found } = difference as { found: string }
  return found !== `!${new TooMuchWork().message}`
}
