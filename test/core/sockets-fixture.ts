import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { expect, vi } from 'vitest'
import { authenticate } from '../../shared/core/authenticate.ts'
import { endRun } from '../../shared/core/end-run.ts'
import { openWait } from '../../shared/core/open-wait.ts'
import type { Principal } from '../../shared/core/principal.ts'
import { saveAndPublish } from '../../shared/core/publish.ts'
import type { RunView } from '../../shared/core/run-view.ts'
import { admit } from '../../shared/core/sockets.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { applyChanges } from '../../shared/core/updates.ts'
import { doWork } from '../../shared/core/work.ts'
import { allItems } from '../all-items.ts'
import type { ListedConnection } from '../connection-list.ts'
import { openEngineStub } from '../engine-stub.ts'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { makeTenant, type Tenant } from '../tenants.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { asking, askOf, endOf, passTime, workOf } from './runs-fixture.ts'

/** A World of two organisations; what its stream brings is kept until a test takes it. */
export interface SocketsWorld extends TestWorld {
  clock: FakeClock
  acme: Tenant
  other: Tenant
  /** A flow of acme that asks. */
  flow: string
  /** Acme's user. */
  who: Principal
  /** Changes that no test has taken yet. */
  records: DynamoDBRecord[]
}

/** Time stands still unless the test moves it. */
export async function openSocketsWorld(): Promise<SocketsWorld> {
  const clock = fakeClock()
  const opened = await openTestWorld({
    clock,
    states: openEngineStub(clock),
    outbound: async () => ({ status: 200, headers: {}, body: '{"key":"value"}', durationMs: 1 }),
    env: { SLUICE_CORS_ORIGINS: 'https://app.example' },
  })
  const { world, dynamo } = opened
  const records: DynamoDBRecord[] = []
  dynamo.onChanges(async (changes) => {
    records.push(...changes)
    return { batchItemFailures: [] }
  })
  const [acme, other] = [await makeTenant(world, 'acme'), await makeTenant(world, 'other')]
  const who = await authenticate(world, `Bearer ${acme.token.user}`)
  const author = { orgId: acme.orgId, actor: who.actor }
  const { flow } = await saveAndPublish(world, author, { definition: asking })
  return { ...opened, clock, acme, other, flow: flow.id, who, records }
}

/** How a test connects, unless it says otherwise: as acme's user, from the first event on. */
export interface ConnectOptions {
  key?: string
  after?: string
  headers?: object
}

/** Plays the machine of acme's runs. */
export function runCalls(opened: () => SocketsWorld) {
  /** The run's own organisation in the events that its machine would send. */
  const ofAcme = (run: RunView) => ({
    run: {
      ...{ id: run.id, orgId: opened().acme.orgId, flowId: run.flowId, version: run.version },
      ...{ depth: 0, startedAt: run.createdAt },
    },
  })

  async function begin(): Promise<RunView> {
    const { world, who, flow } = opened()
    const order = { flowId: flow, inputs: {}, trigger: { type: 'api' }, waitSeconds: 0 }
    return (await startRun(world, who, order)).run
  }

  const ask = (run: RunView) => openWait(opened().world, askOf(opened().world, run, ofAcme(run)))
  const work = (run: RunView, stepId: string) =>
    doWork(opened().world, workOf(opened().world, run, { ...ofAcme(run), stepId }))
  const end = (run: RunView) => endRun(opened().world, endOf(opened().world, run, ofAcme(run)))

  return { begin, ask, work, end }
}

/** Plays the gateway and the stream. */
export function socketCalls(opened: () => SocketsWorld) {
  let marks = 0
  /** The changes that the stream has brought since the last time: all that were made before this call. */
  async function taken(): Promise<DynamoDBRecord[]> {
    const pk = `MARK#${++marks}`
    const { world, records } = opened()
    await world.db.send(new PutCommand({ TableName: world.settings.table, Item: { pk, sk: 'META' } }))
    const isMark = ({ dynamodb }: DynamoDBRecord) => dynamodb?.Keys?.pk?.S === pk
    await vi.waitFor(() => expect(records.some(isMark)).toBe(true), { timeout: 10_000, interval: 2 })
    return records.splice(0).filter((record) => !isMark(record))
  }

  /** Applies what the stream has brought. */
  async function apply(): Promise<void> {
    const { clock, world } = opened()
    expect(await passTime(clock, applyChanges(world, await taken()))).toEqual([])
  }

  let made = 0
  /** Connects as the gateway does. */
  async function connect(
    run: string,
    options: ConnectOptions = {},
  ): Promise<ListedConnection & { id: string }> {
    const { world, acme, connections } = opened()
    const { key = acme.token.user, after = '0', headers = {} } = options
    const id = `c${++made}=`
    await admit(world, {
      connectionId: id,
      headers: { authorization: `Bearer ${key}`, ...headers },
      query: { execution_id: [run], after: [after] },
    })
    return Object.assign(connections.connect(id), { id })
  }

  const rowsOf = async ({ id }: { id: string }) =>
    (await allItems(opened().world)).filter((item) => JSON.stringify(item).includes(`"id":"${id}"`))

  return { taken, apply, connect, rowsOf }
}
