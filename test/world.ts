import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { CreateScheduleGroupCommand } from '@aws-sdk/client-scheduler'
import { type Dynamo, openDynamo } from '../infra/local/dynamodb/open.ts'
import type { Endpoint } from '../infra/local/endpoint.ts'
import { openKms } from '../infra/local/kms.ts'
import { type LocalMail, openMail } from '../infra/local/mail/open.ts'
import { s3Parts } from '../infra/local/s3/in-process.ts'
import { type LocalS3, openS3 } from '../infra/local/s3/open.ts'
import { openScheduler } from '../infra/local/scheduler/open.ts'
import { openSecretsManager } from '../infra/local/secrets-manager.ts'
import { shortWay } from '../infra/local/short-way.ts'
import { tableInput } from '../infra/local/table-input.ts'
import { inProcess, unsigned } from '../infra/local/wire.ts'
import type { ClientParts } from '../shared/aws/clients.ts'
import { systemClock } from '../shared/aws/clock.ts'
import { openWorld } from '../shared/aws/open-world.ts'
import { StepError } from '../shared/step-error.ts'
import type { Clock, Metrics, Outbound, World } from '../shared/world.ts'
import { type ConnectionList, openConnectionList } from './connection-list.ts'
import { type KeptLog, keptLog } from './local/kept-log.ts'
import { type MachineList, openMachineList } from './machine-list.ts'

/** The World on the endpoints of the local account, in a temporary folder, without sockets. */
export interface TestWorld {
  world: World
  dynamo: Dynamo
  s3: LocalS3
  /** The engine of tests that only make machines; undefined if another was given. */
  machines: MachineList
  /** Who is connected by WebSocket. */
  connections: ConnectionList
  log: KeptLog
  mail: LocalMail
  /** The environment that the World was opened with, to open a second one on the same data. */
  env: Record<string, string>
  /** What Scheduler's firings are handed to. */
  onFiring(told: (input: unknown) => Promise<void>): void
  /** Another function instance: own memory, same data. */
  another(): World
  close(): Promise<void>
}

export interface TestWorldOptions {
  clock?: Clock
  /** @default a list of machines that runs nothing */
  states?: Endpoint
  /** @default refuses every call */
  outbound?: Outbound
  /** Where the test serves the object store, if it does. */
  s3Url?: string
  /** @default counts nothing */
  metrics?: Metrics
  /** Settings besides the usual ones. */
  env?: Record<string, string>
}

const refuseOutbound: Outbound = async () => {
  throw new StepError('Http.Blocked', 'This test lets no call out')
}

/** Opens the endpoints, makes the table and the World. */
export async function openTestWorld(options: TestWorldOptions = {}): Promise<TestWorld> {
  const { clock = systemClock, outbound = refuseOutbound } = options
  process.env.AWS_REGION = 'us-east-1'
  process.env.AWS_ACCESS_KEY_ID = 'test'
  process.env.AWS_SECRET_ACCESS_KEY = 'test'
  process.env.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI = 'http://127.0.0.1'
  const dir = mkdtempSync(join(tmpdir(), 'sluice-world-'))
  const log = keptLog()
  const dynamo = await openDynamo({ dir, clock, log })
  const machines = openMachineList(clock)
  let deliver: (input: unknown) => Promise<void> = async () => {}
  const scheduler = openScheduler({ dir, clock, log, deliver: (_name, input) => deliver(input) })
  const mail = openMail({ dir, clock, log })
  const s3 = openS3({
    ...{ dir, clock, log, buckets: [environment.SLUICE_BUCKET] },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const connections = openConnectionList()
  const requestHandlers: ClientParts = {
    connections: inProcess(connections),
    dynamodb: inProcess(dynamo),
    states: inProcess(options.states ?? machines),
    kms: inProcess(openKms({ dir, log })),
    scheduler: inProcess(scheduler),
    mail: inProcess(mail),
    s3: s3Parts(s3, options.s3Url ?? environment.SLUICE_BASE_URL),
    secrets: inProcess(openSecretsManager({ dir, names: ['signing', 'sealing'], log })),
    // As `npm start` calls them; the contracts call them over the wire too.
    authorise: unsigned,
    plugin: shortWay,
  }
  const env = { ...environment, ...options.env }
  const another = () =>
    openWorld(env, {
      ...{ clock, log, outbound, requestHandlers },
      ...(options.metrics ? { metrics: options.metrics } : {}),
    })
  const world = another()
  await world.db.send(new CreateTableCommand(tableInput(world.settings.table)))
  await world.scheduler.send(new CreateScheduleGroupCommand({ Name: world.settings.schedules?.group }))
  return {
    world,
    dynamo,
    s3,
    machines,
    connections,
    log,
    mail,
    env,
    another,
    onFiring: (told) => {
      deliver = told
    },
    async close() {
      await scheduler.close()
      await dynamo.close()
      s3.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const environment = {
  SLUICE_STAGE: 'test',
  SLUICE_TABLE: 'test-sluice',
  SLUICE_MACHINE_ROLE_ARN: 'arn:aws:iam::000000000000:role/test-sluice-machines',
  SLUICE_MACHINE_LOG_GROUP_ARN:
    'arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/states/test-sluice',
  SLUICE_SCHEDULE_GROUP: 'test-flows',
  SLUICE_SCHEDULED_ARN: 'arn:aws:lambda:us-east-1:000000000000:function:test-sluice-scheduled',
  SLUICE_SCHEDULE_ROLE_ARN: 'arn:aws:iam::000000000000:role/test-sluice-schedules',
  SLUICE_BUCKET: 'test-sluice-files',
  SLUICE_KEY_ID: 'alias/local-sluice',
  SLUICE_SIGNING_SECRET: 'signing',
  SLUICE_SEALING_SECRET: 'sealing',
  // Whole suites call by one account from one address: what limits them has tests of its own.
  SLUICE_PRINCIPAL_RATE: '1000000',
  SLUICE_ORGANISATION_RATE: '1000000',
  SLUICE_ADDRESS_RATE: '1000000',
  SLUICE_MAIL_FROM: 'sluice@localhost.localdomain',
  SLUICE_BASE_URL: 'http://127.0.0.1:8080',
}
