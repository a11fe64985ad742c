import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createApiKey, revokeApiKey } from '../../shared/core/api-keys.ts'
import { authenticate } from '../../shared/core/authenticate.ts'
import { changeAccount } from '../../shared/core/change-account.ts'
import { deleteExecution } from '../../shared/core/delete-execution.ts'
import { endRun } from '../../shared/core/end-run.ts'
import { openWait } from '../../shared/core/open-wait.ts'
import type { Principal } from '../../shared/core/principal.ts'
import { saveAndPublish } from '../../shared/core/publish.ts'
import type { RunView } from '../../shared/core/run-view.ts'
import { logOut } from '../../shared/core/sign-in.ts'
import { forget } from '../../shared/core/socket-texts.ts'
import { makeTicket } from '../../shared/core/socket-tickets.ts'
import { admit } from '../../shared/core/sockets.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { sweepConnections } from '../../shared/core/sweep-connections.ts'
import { applyChanges } from '../../shared/core/updates.ts'
import { doWork } from '../../shared/core/work.ts'
import { putConnection } from '../../shared/store/connections.ts'
import { endOfEvents } from '../../shared/store/events.ts'
import { transact } from '../../shared/store/transact.ts'
import { allItems } from '../all-items.ts'
import type { ListedConnection } from '../connection-list.ts'
import { openEngineStub } from '../engine-stub.ts'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { makeTenant, type Tenant, tokenFor } from '../tenants.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { asking, askOf, endOf, passTime, workOf } from './runs-fixture.ts'

let opened: TestWorld
let clock: FakeClock
let acme: Tenant
let other: Tenant
let flow: string
let who: Principal
const records: DynamoDBRecord[] = []

beforeAll(async () => {
  clock = fakeClock()
  const engine = openEngineStub(clock)
  opened = await openTestWorld({
    clock,
    states: engine,
    outbound: async () => ({ status: 200, headers: {}, body: '{"key":"value"}', durationMs: 1 }),
    env: { SLUICE_CORS_ORIGINS: 'https://app.example' },
  })
  opened.dynamo.onChanges(async (changes) => {
    records.push(...changes)
    return { batchItemFailures: [] }
  })
  acme = await makeTenant(opened.world, 'acme')
  other = await makeTenant(opened.world, 'other')
  who = await authenticate(opened.world, `Bearer ${acme.token.user}`)
  const author = { orgId: acme.orgId, actor: who.actor }
  flow = (await saveAndPublish(opened.world, author, { definition: asking })).flow.id
})
afterAll(() => opened.close())
beforeEach(() => {
  opened.connections.before = () => undefined
})

/** The run's own organisation in the events that its machine would send. */
const ofAcme = (run: RunView) => ({
  run: {
    ...{ id: run.id, orgId: acme.orgId, flowId: run.flowId, version: run.version },
    ...{ depth: 0, startedAt: run.createdAt },
  },
})

async function begin(): Promise<RunView> {
  const order = { flowId: flow, inputs: {}, trigger: { type: 'api' }, waitSeconds: 0 }
  return (await startRun(opened.world, who, order)).run
}

const ask = (run: RunView) => openWait(opened.world, askOf(opened.world, run, ofAcme(run)))
const work = (run: RunView, stepId: string) =>
  doWork(opened.world, workOf(opened.world, run, { ...ofAcme(run), stepId }))
const end = (run: RunView) => endRun(opened.world, endOf(opened.world, run, ofAcme(run)))

let marks = 0
/** The changes that the stream has brought since the last time: all that were made before this call. */
async function taken(): Promise<DynamoDBRecord[]> {
  const pk = `MARK#${++marks}`
  const { db, settings } = opened.world
  await db.send(new PutCommand({ TableName: settings.table, Item: { pk, sk: 'META' } }))
  const isMark = ({ dynamodb }: DynamoDBRecord) => dynamodb?.Keys?.pk?.S === pk
  await vi.waitFor(() => expect(records.some(isMark)).toBe(true), { timeout: 10_000, interval: 2 })
  return records.splice(0).filter((record) => !isMark(record))
}

const apply = async () => expect(await passTime(clock, applyChanges(opened.world, await taken()))).toEqual([])

let made = 0
/** Connects as the gateway does. */
async function connect(
  run: string,
  {
    key = acme.token.user,
    after = '0',
    headers = {},
  }: { key?: string; after?: string; headers?: object } = {},
): Promise<ListedConnection & { id: string }> {
  const id = `c${++made}=`
  await admit(opened.world, {
    connectionId: id,
    headers: { authorization: `Bearer ${key}`, ...headers },
    query: { execution_id: [run], after: [after] },
  })
  return Object.assign(opened.connections.connect(id), { id })
}

const numbersOf = ({ texts }: ListedConnection) =>
  texts.map((text) => JSON.parse(text).seq as number | undefined)
const rowsOf = async ({ id }: { id: string }) =>
  (await allItems(opened.world)).filter((item) => JSON.stringify(item).includes(`"id":"${id}"`))

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

    expect(await endOfEvents(opened.world, acme.orgId, run.id)).not.toHaveProperty('sent')
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
    expect(numbersOf(long).at(-1)).toBe((await endOfEvents(opened.world, acme.orgId, run.id)).last)
    expect(await endOfEvents(opened.world, acme.orgId, run.id)).toHaveProperty('sent')
  })

  test('is told that the run is no more when its record ends', async () => {
    const run = await begin()
    const watcher = await connect(run.id)
    await apply()
    const gone = {
      eventName: 'REMOVE',
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: {
        Keys: { pk: { S: `ORG#${acme.orgId}#RUN#${run.id}` }, sk: { S: 'META' } },
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
  await deleteExecution(opened.world, who, run.id)
  await apply()

  expect(JSON.parse(watcher.texts.at(-1)!)).toMatchObject({ type: 'closing', code: 4404 })
  expect(watcher.closed).toBe(true)
  await expect(connect(run.id)).rejects.toThrow()
})

describe('a handshake', () => {
  const refusal = async (run: string, options: Parameters<typeof connect>[1] = {}) =>
    connect(run, options).then(
      () => 'admitted',
      ({ code }) => code,
    )

  test('of another organisation finds no run', async () => {
    const run = await begin()

    expect(await refusal(run.id, { key: other.token.admin })).toBe('not_found')
    expect(await refusal('00000000-0000-4000-8000-000000000000')).toBe('not_found')
  })

  test('needs the right to read runs', async () => {
    const run = await begin()

    expect(await refusal(run.id, { key: await acme.key('admin', ['flows:write']) })).toBe('forbidden')
    expect(await refusal(run.id, { key: await acme.key('viewer', ['runs:read']) })).toBe('admitted')
    expect(await refusal(run.id, { key: acme.token.viewer })).toBe('admitted')
  })

  test('of a page is for listed origins', async () => {
    const run = await begin()

    expect(await refusal(run.id, { headers: { origin: 'https://app.example' } })).toBe('admitted')
    expect(await refusal(run.id, { headers: { origin: 'https://app.example.evil.example' } })).toBe(
      'forbidden',
    )
  })

  test('is refused over 5,000 open sockets', async () => {
    const run = await begin()
    const theirs = { orgId: other.orgId, runId: run.id, accountId: other.account.user.id }
    const row = {
      ...theirs,
      credential: { kind: 'SESS' as const, id: 's' },
      until: null,
      openedAt: '',
      after: 0,
      ttl: 1e10,
    }
    for (let at = 0; at < 5000; at += 25)
      await transact(
        opened.world,
        Array.from({ length: 25 }, (_, n) => putConnection({ ...row, id: `full${at + n}` })[2]!),
      )
    const { id } = await saveAndPublish(
      opened.world,
      { orgId: other.orgId, actor: 'user:x' },
      { definition: asking },
    ).then(({ flow: saved }) => saved)
    const caller = await authenticate(opened.world, `Bearer ${other.token.user}`)
    const order = { flowId: id, inputs: {}, trigger: { type: 'api' }, waitSeconds: 0 }
    const { run: their } = await startRun(opened.world, caller, order)

    expect(await refusal(their.id, { key: other.token.user })).toBe('rate_limited')
    await taken()
  })
})

describe('a ticket', () => {
  const withTicket = async (ticket: string, run: string) => {
    const headers = { 'sec-websocket-protocol': `sluice, bearer.${ticket}` }
    const handshake = { connectionId: `c${++made}=`, headers, query: { execution_id: [run] } }
    return await admit(opened.world, handshake).then(
      () => 'admitted',
      ({ code }) => code,
    )
  }

  test('lives for a minute', async () => {
    const run = await begin()
    const { ticket, expiresAt } = await makeTicket(opened.world, who, run.id)
    await clock.advance(60_000)

    expect(Date.parse(expiresAt)).toBe(clock.now())
    expect(await withTicket(ticket, run.id)).toBe('unauthorized')
  })

  test('counts as long as what it was asked for with', async () => {
    const run = await begin()
    const token = await tokenFor(opened.world, acme.account.user)
    const caller = await authenticate(opened.world, `Bearer ${token}`)
    const { ticket } = await makeTicket(opened.world, caller, run.id)
    await logOut(opened.world, caller)

    expect(await withTicket(ticket, run.id)).toBe('unauthorized')
  })

  test('is not made for a run of another organisation, and lies there as a digest', async () => {
    const run = await begin()
    const stranger = await authenticate(opened.world, `Bearer ${other.token.admin}`)
    const { ticket } = await makeTicket(opened.world, who, run.id)

    await expect(makeTicket(opened.world, stranger, run.id)).rejects.toMatchObject({ code: 'not_found' })
    expect(JSON.stringify(await allItems(opened.world))).not.toContain(ticket)
    expect(await withTicket(ticket, run.id)).toBe('admitted')
    expect(await withTicket(ticket, run.id)).toBe('unauthorized')
  })
})

test('a goodbye leaves nothing', async () => {
  const watcher = await connect((await begin()).id)
  await forget(opened.world, watcher.id)
  await forget(opened.world, watcher.id)

  expect(await rowsOf(watcher)).toEqual([])
})

describe('a credential that ends', () => {
  const told = ({ texts }: ListedConnection) => JSON.parse(texts.at(-1) ?? '{}')

  test('P13 closes what it opened: a key that is revoked', async () => {
    const run = await begin()
    const admin = await authenticate(opened.world, `Bearer ${acme.token.admin}`)
    const { key, id } = await createApiKey(opened.world, admin, { name: 'Watch', scopes: ['runs:read'] })
    const [byKey, byToken] = [await connect(run.id, { key }), await connect(run.id)]
    await apply()
    await revokeApiKey(opened.world, admin, id)
    await apply()

    expect([told(byKey).code, byKey.closed, byToken.closed]).toEqual([4401, true, false])
    expect(await rowsOf(byKey)).toEqual([])
  })

  test('P13 closes what it opened: an account whose role changes', async () => {
    const run = await begin()
    const viewer = await connect(run.id, { key: await tokenFor(opened.world, acme.account.viewer) })
    await apply()
    const admin = await authenticate(opened.world, `Bearer ${acme.token.admin}`)
    await changeAccount(opened.world, admin, acme.account.viewer.id, { role: 'user' })
    await apply()

    expect([told(viewer).code, viewer.closed]).toEqual([4401, true])
  })

  test('between handshake and arrival is found when the row comes', async () => {
    const run = await begin()
    const token = await tokenFor(opened.world, acme.account.user)
    const watcher = await connect(run.id, { key: token })
    await logOut(opened.world, await authenticate(opened.world, `Bearer ${token}`))
    const changes = await taken()
    const isSession = ({ dynamodb }: DynamoDBRecord) => dynamodb?.Keys?.sk?.S?.startsWith('SESS#') === true
    // As if the stream had told of the session before there was a row to find.
    await passTime(
      clock,
      applyChanges(
        opened.world,
        changes.filter((change) => !isSession(change)),
      ),
    )

    expect(watcher.texts.map((text) => JSON.parse(text).type)).toEqual(['closing'])
    expect(watcher.closed).toBe(true)
  })

  test('by its own time is found by the sweep, if the run is quiet', async () => {
    const run = await begin()
    const admin = await authenticate(opened.world, `Bearer ${acme.token.admin}`)
    const expiresAt = new Date(clock.now() + 3600_000).toISOString()
    const wish = { name: 'Short', scopes: ['runs:read' as const], expiresAt }
    const { key } = await createApiKey(opened.world, admin, wish)
    const watcher = await connect(run.id, { key })
    await apply()
    await passTime(clock, sweepConnections(opened.world))
    await apply()
    expect(watcher.closed).toBe(false)
    await clock.advance(3600_000)
    await passTime(clock, sweepConnections(opened.world))
    await apply()

    expect([told(watcher).code, watcher.closed]).toEqual([4401, true])
  })

  test('by its own time closes at the next message', async () => {
    const run = await begin()
    const token = await tokenFor(opened.world, acme.account.user)
    const watcher = await connect(run.id, { key: token })
    await apply()
    await clock.advance(24 * 3600_000)
    await work(run, 'one')
    await apply()

    expect(told(watcher).code).toBe(4401)
  })
})
