import type { DynamoDBRecord } from 'aws-lambda'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deleteExecution } from '../../shared/core/delete-execution.ts'
import { applyChanges } from '../../shared/core/updates.ts'
import { putConnection } from '../../shared/store/connections.ts'
import { endOfEvents } from '../../shared/store/events.ts'
import { transact } from '../../shared/store/transact.ts'
import type { ListedConnection } from '../connection-list.ts'
import { openSocketsWorld, runCalls, type SocketsWorld, socketCalls } from './sockets-fixture.ts'

let opened: SocketsWorld
beforeAll(async () => {
  opened = await openSocketsWorld()
})
afterAll(() => opened.close())
beforeEach(() => {
  opened.connections.before = () => undefined
})

const { begin, ask, work, end } = runCalls(() => opened)
const { taken, apply, connect, rowsOf } = socketCalls(() => opened)

const numbersOf = ({ texts }: ListedConnection) =>
  texts.map((text) => JSON.parse(text).seq as number | undefined)

describe('who watches', () => {
  test('gets what he missed when his row comes, then what all get, each once, whatever is delivered twice', async () => {
    const run = await begin()
    const early = await connect(run.id)
    const first = await taken()
    await applyChanges(opened.world, first)
    await work(run, 'one')
    const second = await taken()
    await applyChanges(opened.world, second)
    const late = await connect(run.id)
    const third = await taken()
    await applyChanges(opened.world, [...second, ...third])
    await work(run, 'two')
    await end(run)
    const last = await taken()
    for (const again of [first, second, third]) await applyChanges(opened.world, again)
    await applyChanges(opened.world, last)
    await applyChanges(opened.world, [...first, ...second, ...third, ...last])

    expect(numbersOf(late)).toEqual(numbersOf(early))
    expect(new Set(numbersOf(early)).size).toBe(early.texts.length)
    expect(JSON.parse(early.texts.at(-1)!)).toMatchObject({ type: 'execution_completed' })
    expect([early.closed, late.closed]).toEqual([true, true])
    expect(await rowsOf(early)).toEqual([])
  })

  test('gets everything once however the changes are cut', async () => {
    const run = await begin()
    const before = await connect(run.id)
    await ask(run)
    const amid = await connect(run.id)
    await work(run, 'one')
    await end(run)
    const changes = await taken()
    for (let at = 0; at < changes.length; at++) {
      await applyChanges(opened.world, changes.slice(at, at + 1))
      await applyChanges(opened.world, changes.slice(Math.max(0, at - 1), at + 1))
    }

    expect(before.texts.length).toBeGreaterThan(8)
    expect(amid.texts).toEqual(before.texts)
    expect(numbersOf(before)).toEqual([...new Set(numbersOf(before))].sort((a, b) => a! - b!))
  })

  test('of a run that nobody watches nothing is written but its events', async () => {
    const run = await begin()
    await work(run, 'one')
    await apply()

    expect(await endOfEvents(opened.world, opened.acme.orgId, run.id)).not.toHaveProperty('sent')
  })

  test('L7 a reader that does not keep up is dropped; the others get everything', async () => {
    const run = await begin()
    const [slow, good] = [await connect(run.id), await connect(run.id)]
    await apply()
    opened.connections.before = ({ method, id }) =>
      method === 'POST' && id === slow.id ? { type: 'LimitExceededException', status: 429 } : undefined
    await work(run, 'one')
    await apply()
    opened.connections.before = () => undefined
    await work(run, 'two')
    await apply()

    expect(slow.closed).toBe(true)
    expect(await rowsOf(slow)).toEqual([])
    const steps = good.texts.map((text) => JSON.parse(text)).filter(({ type }) => type === 'node_completed')
    expect(steps.map(({ node_id }) => node_id)).toEqual(['one', 'two'])
    expect(slow.texts.length).toBeLessThan(good.texts.length)
  })

  test('who has gone without a goodbye is forgotten', async () => {
    const run = await begin()
    const gone = await connect(run.id)
    await apply()
    opened.connections.open.delete(gone.id)
    await work(run, 'one')
    await apply()

    expect(await rowsOf(gone)).toEqual([])
  })

  test('a handshake that is not done when its row comes is waited for', async () => {
    const run = await begin()
    const young = await connect(run.id)
    opened.connections.open.delete(young.id)
    let asked = 0
    opened.connections.before = () => {
      if (++asked === 3) opened.connections.open.set(young.id, young)
      return undefined
    }
    await apply()

    expect(numbersOf(young).length).toBeGreaterThan(0)
    expect(await rowsOf(young)).not.toEqual([])
  })

  test('goes on about where it was when a long replay was cut off', async () => {
    const run = await begin()
    for (let step = 0; step < 60; step++) await work(run, `s${step}`)
    await apply()
    const long = await connect(run.id)
    const changes = await taken()
    const row = (await rowsOf(long)).find(({ sk }) => String(sk).startsWith('WS#'))!
    await transact(
      opened.world,
      putConnection({ ...(row as never as Parameters<typeof putConnection>[0]), after: 150 }),
    )
    await applyChanges(opened.world, changes)

    expect(numbersOf(long)[0]).toBe(151)
    expect(numbersOf(long).at(-1)).toBe((await endOfEvents(opened.world, opened.acme.orgId, run.id)).last)
    expect(await endOfEvents(opened.world, opened.acme.orgId, run.id)).toHaveProperty('sent')
  })

  test('is told that the run is no more when its record ends', async () => {
    const run = await begin()
    const watcher = await connect(run.id)
    await apply()
    const gone = {
      eventName: 'REMOVE',
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: {
        Keys: { pk: { S: `ORG#${opened.acme.orgId}#RUN#${run.id}` }, sk: { S: 'META' } },
        SequenceNumber: '9',
      },
    } as DynamoDBRecord
    await applyChanges(opened.world, [gone])

    expect(JSON.parse(watcher.texts.at(-1)!)).toMatchObject({
      type: 'closing',
      code: 4404,
      reason: 'run_deleted',
    })
    expect(watcher.closed).toBe(true)
    expect(await rowsOf(watcher)).toEqual([])
  })
})

test('whoever watches an execution that is deleted is told so, and nobody may watch it any more', async () => {
  const run = await begin()
  const watcher = await connect(run.id)
  await apply()
  await deleteExecution(opened.world, opened.who, run.id)
  await apply()

  expect(JSON.parse(watcher.texts.at(-1)!)).toMatchObject({ type: 'closing', code: 4404 })
  expect(watcher.closed).toBe(true)
  await expect(connect(run.id)).rejects.toThrow()
})
