import { beforeAll, describe, expect, test } from 'vitest'
import { busiestPartitions, calledQuotas, findOver, wholeTables } from './find-over.ts'
import { type Asked, askOf } from './load.ts'
import { allWaiting, hot, mixed } from './loads.ts'
import { type Pattern, type RunKindName, recordPatterns } from './patterns.ts'
import { sizeOf, usesOfWrite } from './units.ts'

let patterns: Record<RunKindName, Pattern>
beforeAll(async () => {
  patterns = await recordPatterns()
})

describe.each([mixed, allWaiting, hot])('$name', (load) => {
  let asked: Asked
  beforeAll(() => {
    asked = askOf(load, patterns, 1)
  })

  test('overloads no partition of the table or of an index', () => {
    const busiest = busiestPartitions(asked)

    expect(busiest.map(({ what }) => what.split(' ').slice(0, 2).join(' '))).toEqual(
      expect.arrayContaining(['read table', 'write gsi1', 'write gsi2', 'write gsi3', 'write table']),
    )
    expect(findOver(busiest)).toEqual([])
  })
})

test.each([mixed, hot])('no quota is asked for more than it is filled up: $name', (load) => {
  const asked = askOf(load, patterns, 1)

  expect(findOver([...calledQuotas(asked), ...wholeTables(asked)])).toEqual([])
})

// One execution each and one answer each: what AWS must raise before such a load, it raises on request.
// The table's writes stand at the edge of theirs: how many events share a write hangs on the moment they were recorded.
test('a thousand waiting runs a second need two quotas raised, at the edge a third, and no others', () => {
  const asked = askOf(allWaiting, patterns, 1)

  const over = findOver([...calledQuotas(asked), ...wholeTables(asked)]).map(({ what }) => what)
  expect(over.filter((what) => what !== 'write table').sort()).toEqual(['SendTaskSuccess', 'StartExecution'])
})

test('a run calls Step Functions for its start and its answers alone', () => {
  expect(patterns['score, at once'].calls).toEqual({ StartSyncExecution: 1 })
  expect(patterns['call, later'].calls).toEqual({ StartExecution: 1 })
  expect(patterns['two tools'].calls).toEqual({ StartExecution: 1, SendTaskSuccess: 2 })
})

describe('units', () => {
  const item = (text: string, more = {}) => ({ pk: { S: 'p' }, sk: { S: 's' }, text: { S: text }, ...more })
  const listed = { gsi1pk: { S: 'list' }, gsi1sk: { S: '1' } }

  test('count each kilobyte that was begun, of the greater of the two, and twice in a transaction', () => {
    expect(sizeOf(item(''))).toBe(10)
    const use = { of: 'table', partition: 'p', kind: 'write' }
    expect(usesOfWrite(undefined, item('x'.repeat(1014)), false)).toEqual([{ ...use, units: 1 }])
    expect(usesOfWrite(item('x'.repeat(1015)), item(''), true)).toEqual([{ ...use, units: 4 }])
  })

  test('an index counts what it shows: nothing, one change, or a delete and a put', () => {
    const unitsIn = (before: object, after: object) =>
      usesOfWrite(item('', before), item('y', after), false).filter(({ of }) => of === 'gsi1')

    expect(unitsIn(listed, listed)).toEqual([])
    expect(unitsIn(listed, { ...listed, status: { S: 'failed' } })).toHaveLength(1)
    expect(unitsIn(listed, { ...listed, gsi1sk: { S: '2' } })).toHaveLength(2)
    expect(unitsIn(listed, {})).toHaveLength(1)
  })
})
