import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ExecutionQuery, listExecutions } from '../../shared/core/execution-list.ts'
import { runNumbers } from '../../shared/core/run-numbers.ts'
import { createRun, type RunRow } from '../../shared/store/runs.ts'
import { openRunsWorld, org, type RunsWorld } from './runs-fixture.ts'

let runs: RunsWorld
const flowId = '00000000-0000-4000-8000-00000000000f'
const count = 10_003
let start: number
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const numberOf = ({ id }: { id: string }) => Number(id.slice(-12))

/** More executions than are counted, each made a second after the one before; the n-th changed last at `changed(n)`. */
const changed = (n: number) => start + (n % 1000 === 5 ? 20_000 + n : n) * 1000
beforeAll(async () => {
  runs = await openRunsWorld()
  start = runs.world.clock.now() - 100_000_000
  const at = (ms: number) => new Date(ms).toISOString()
  const row = (n: number) =>
    ({
      ...{ id: idOf(n), orgId: org, flowId, version: 1, rev: 1, engine: 'standard', depth: 0 },
      ...{ status: n % 2 === 0 ? 'failed' : 'completed', machineArn: '', machineHash: '', trigger: 'api' },
      ...{ inputs: '{}', user: 'null', createdAt: at(start + n * 1000), createdBy: 'user:ann' },
      ...{ updatedAt: at(changed(n)), finishedAt: at(changed(n)), retentionSeconds: 1, entry: '{}' },
    }) as RunRow & { inputs: string }
  for (let first = 1; first <= count; first += 200)
    await Promise.all(
      Array.from({ length: Math.min(200, count - first + 1) }, (_, index) =>
        createRun(runs.world, row(first + index), 0),
      ),
    )
}, 120_000)
afterAll(() => runs.close())

const list = async (query: Partial<ExecutionQuery>) => {
  const sort = { by: 'updatedAt', ascending: false } as const
  return await listExecutions(runs.world, org, { flowId, sort, offset: 0, limit: 3, ...query })
}
const order = async (query: Partial<ExecutionQuery>) => (await list(query)).executions.map(numberOf)
const by = (by: 'createdAt' | 'updatedAt', ascending = false) => ({ sort: { by, ascending } })

describe('more executions than are counted', () => {
  test('are counted to 10,000', async () => {
    expect(await list({})).toMatchObject({ total: 10_000, totalCapped: true, more: true })
    expect(await list({ statuses: ['failed'] })).toMatchObject({ total: 5001, totalCapped: false })
  })

  test('by change: exact among the newest thousand, the others by start', async () => {
    // The newest are 9,004 to 10,003; of them only 9,005 has changed since.
    expect(await order(by('updatedAt'))).toEqual([9005, 10_003, 10_002])
    expect(await order({ ...by('updatedAt'), offset: 998, limit: 4 })).toEqual([9006, 9004, 9003, 9002])
    expect(await order({ ...by('updatedAt'), after: idOf(8006) })).toEqual([8005, 8004, 8003])
  })

  test('the other way round is the reverse', async () => {
    expect(await order(by('updatedAt', true))).toEqual([1, 2, 3])
    expect(await order({ ...by('updatedAt', true), after: idOf(9003) })).toEqual([9004, 9006, 9007])
    expect(await list({ ...by('updatedAt', true), after: idOf(10_003) })).toMatchObject({
      executions: [{ id: idOf(9005) }],
      more: false,
    })
  })

  test('whoever goes on by an execution gets to the end', async () => {
    expect(await order({ ...by('createdAt'), after: idOf(3) })).toEqual([2, 1])
    expect(await order({ ...by('createdAt', true), after: idOf(10_001) })).toEqual([10_002, 10_003])
  })

  test('are numbered to 10,000', async () => {
    const wanted = [1, 10_000, 10_001].map((n) => ({ id: idOf(n), createdAt: '' }))
    const numbers = await runNumbers(runs.world, org, flowId, wanted)

    expect(wanted.map(({ id }) => numbers.get(id))).toEqual([1, 10_000, undefined])
  })
})

test('one that the index does not know yet comes after all others', async () => {
  const of = '00000000-0000-4000-8000-0000000000ff'
  const unknown = [
    { id: 'b', createdAt: '2026-03-02T00:00:00.000Z' },
    { id: 'a', createdAt: '2026-03-01T00:00:00.000Z' },
  ]

  expect(Object.fromEntries(await runNumbers(runs.world, org, of, unknown))).toEqual({ a: 1, b: 2 })
})
