import type { DynamoDBRecord } from 'aws-lambda'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { authenticate } from '../../shared/core/authenticate.ts'
import { changeAccount } from '../../shared/core/change-account.ts'
import { endRun } from '../../shared/core/end-run.ts'
import type { Principal } from '../../shared/core/principal.ts'
import type { RunView } from '../../shared/core/run-view.ts'
import { forget, hear } from '../../shared/core/socket-texts.ts'
import { makeTicket } from '../../shared/core/socket-tickets.ts'
import { admit } from '../../shared/core/sockets.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { applyChanges } from '../../shared/core/updates.ts'
import { doWork } from '../../shared/core/work.ts'
import { saveAndPublish } from '../../shared/core/publish.ts'
import { listConnections, putConnection } from '../../shared/store/connections.ts'
import { endOfEvents } from '../../shared/store/events.ts'
import { transact } from '../../shared/store/transact.ts'
import { allItems } from '../all-items.ts'
import { makeTenant, type Tenant, tokenFor } from '../tenants.ts'
import { openEngineStub } from '../engine-stub.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { askOf, asking, endOf, toolAnswer, workOf } from './runs-fixture.ts'
import { openWait } from '../../shared/core/open-wait.ts'
import { systemClock } from '../../shared/aws/clock.ts'

let opened: TestWorld
let acme: Tenant
let other: Tenant
let flow: string
let who: Principal
let records: DynamoDBRecord[] = []
const engine = openEngineStub(systemClock)

beforeAll(async () => {
  opened = await openTestWorld({
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
