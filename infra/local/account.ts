import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { ConflictException, CreateScheduleGroupCommand } from '@aws-sdk/client-scheduler'
import type { DynamoDBBatchResponse } from 'aws-lambda'
import { systemClock } from '../../shared/aws/clock.ts'
import { openWorld } from '../../shared/aws/open-world.ts'
import { openPool } from '../../shared/expressions/pool.ts'
import { routes } from '../../shared/faces/index.ts'
import { tableShape } from '../../shared/store/table.ts'
import type { Clock, Log, World } from '../../shared/world.ts'
import { type DoorName, functionName } from '../doors.ts'
import type { DataFolder } from './data-folder.ts'
import { type Dynamo, openDynamo } from './dynamodb/open.ts'
import type { Endpoint } from './endpoint.ts'
import { openFront } from './front.ts'
import { functionShapes } from './function-shapes.ts'
import { type Functions, type Invoked, openFunctions } from './functions.ts'
import { openKms } from './kms.ts'
import { s3Parts } from './s3/in-process.ts'
import { openS3, s3Path } from './s3/open.ts'
import { isForS3, serveS3 } from './s3/serve.ts'
import { openScheduler } from './scheduler/open.ts'
import { openSecretsManager } from './secrets-manager.ts'
import { openStates } from './states/open.ts'
import { tableInput } from './table-input.ts'
import { inProcess, type Listening, listen, unsigned } from './wire.ts'

const bucket = 'local-sluice-files'
/** How often the tick of `swept` comes, in milliseconds. */
const sweepEveryMs = 5 * 60_000
/** How long the stream gathers changes, in milliseconds. */
const gatherMs = 20

export interface AccountOptions {
  folder: DataFolder
  /** Port of the HTTP front; 0 = any. */
  port: number
  log: Log
  clock?: Clock
}

/** This machine as a small AWS account, with the product deployed in it. */
export interface Account {
  /** Where the service answers, e.g. `http://127.0.0.1:8080`. */
  url: string
  world: World
  /** Runs the sweep now, as the tick would. */
  sweep(): Promise<void>
  /** Stops accepting, finishes what is under way and closes the data. */
  close(): Promise<void>
}

/** Opens every endpoint, the functions and the HTTP front. */
export async function openAccount({
  folder,
  port,
  log,
  clock = systemClock,
}: AccountOptions): Promise<Account> {
  const stage = 'local'
  const dir = folder.path
  const pool = openPool()
  const dynamo = await openDynamo({ dir, clock, log, gatherMs })
  const kms = openKms({ dir })
  const secrets = openSecretsManager({ dir, names: ['signing', 'sealing'] })
  const s3 = openS3({ dir, clock, log, buckets: [bucket], credentials: folder.credentials })
  // The functions need a World, whose engine client needs the engine, which invokes the functions: whoever comes
  // before they are open waits.
  const opened = Promise.withResolvers<Functions>()
  const invoke: Functions['invoke'] = async (name, event) => (await opened.promise).invoke(name, event)
  const deliver = async (door: DoorName, event: unknown) =>
    payloadOf(await invoke(functionName(stage, door), event))
  const states = await openStates({
    dir,
    clock,
    log,
    pool,
    invoke,
    onEnded: async (event) => void (await deliver('settled', event)),
    endsToTell: ['FAILED', 'TIMED_OUT', 'ABORTED'],
  })

  const scheduler = openScheduler({
    dir,
    clock,
    log,
    deliver: async (name, input) => void payloadOf(await invoke(name, input)),
  })
  const listening = await onLoopback([dynamo, states, kms, secrets, scheduler], folder)
  const front = await openFront({
    routes,
    port,
    invoke: (face, event) => invoke(functionName(stage, face as DoorName), event),
    beside: { isFor: isForS3, answer: (request, response) => serveS3(s3, request, response) },
  })
  process.env.AWS_ENDPOINT_URL_S3 = front.url + s3Path
  const world = openWorld(
    { ...process.env, ...environment(stage, front.url) },
    {
      clock,
      requestHandlers: {
        dynamodb: inProcess(dynamo),
        states: inProcess(states),
        kms: inProcess(kms),
        secrets: inProcess(secrets),
        scheduler: inProcess(scheduler),
        s3: s3Parts(s3, front.url),
        authorise: unsigned,
      },
    },
  )
  await makeTable(world, dynamo)
  await makeGroup(world)
  opened.resolve(openFunctions(functionShapes(stage), { world, clock, log }))
  dynamo.onChanges(
    async (records) => (await deliver('changed', { Records: records })) as DynamoDBBatchResponse,
    concernsRunsOrFiles,
  )
  const sweep = async () => void (await deliver('swept', {}))
  const stopSweeping = everySoOften(clock, sweepEveryMs, sweep, log)

  return {
    url: front.url,
    world,
    sweep,
    async close() {
      stopSweeping()
      await front.close()
      await scheduler.close()
      await states.close()
      await dynamo.close()
      s3.close()
      await Promise.all(listening.map((endpoint) => endpoint.close()))
      pool.close()
    },
  }
}

/** The filter of the stream's mapping: what `changed` has something to do for. */
function concernsRunsOrFiles(key: Record<string, unknown>): boolean {
  return /^ORG#[^#]+#(RUN|FILE)#/.test(String((key.pk as { S?: string } | undefined)?.S ?? key.pk))
}

/** @throws if the function failed: the delivery is tried again. */
function payloadOf(invoked: Invoked): unknown {
  if ('payload' in invoked) return invoked.payload
  throw new Error(`${invoked.errorType}: ${invoked.errorMessage}`)
}

/** What the deployed functions find in their environment. */
function environment(stage: string, baseUrl: string): Record<string, string> {
  return {
    SLUICE_STAGE: stage,
    SLUICE_TABLE: `${stage}-sluice`,
    SLUICE_MACHINE_ROLE_ARN: 'arn:aws:iam::000000000000:role/local-sluice-machines',
    SLUICE_MACHINE_LOG_GROUP_ARN:
      'arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/states/local-sluice',
    SLUICE_SCHEDULE_GROUP: `${stage}-flows`,
    SLUICE_SCHEDULED_ARN: `arn:aws:lambda:us-east-1:000000000000:function:${functionName(stage, 'scheduled')}`,
    SLUICE_SCHEDULE_ROLE_ARN: 'arn:aws:iam::000000000000:role/local-sluice-schedules',
    SLUICE_BUCKET: bucket,
    SLUICE_KEY_ID: 'alias/local-sluice',
    SLUICE_SIGNING_SECRET: 'signing',
    SLUICE_SEALING_SECRET: 'sealing',
    SLUICE_BASE_URL: baseUrl,
  }
}

/** Opens the endpoints to other programs of this machine, and tells this process's SDK clients where they are. */
async function onLoopback(endpoints: Endpoint[], { credentials }: DataFolder): Promise<Listening[]> {
  process.env.AWS_REGION ??= 'us-east-1'
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey
  return Promise.all(
    endpoints.map(async (endpoint) => {
      const listening = await listen(endpoint, credentials.accessKeyId)
      process.env[`AWS_ENDPOINT_URL_${endpoint.service}`] = listening.url
      return listening
    }),
  )
}

/** The table as today's shape wants it, with what an interrupted start may have left undone. */
async function makeTable({ db, settings }: World, dynamo: Dynamo): Promise<void> {
  const TableName = settings.table
  await dynamo.reshape(tableInput(TableName))
  try {
    await db.send(new CreateTableCommand(tableInput(TableName)))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  const { TimeToLiveDescription } = await db.send(new DescribeTimeToLiveCommand({ TableName }))
  if (TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED') return
  const TimeToLiveSpecification = { AttributeName: tableShape.ttl, Enabled: true }
  await db.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))
}

/** The group that schedules of flows lie in. */
async function makeGroup({ scheduler, settings }: World): Promise<void> {
  try {
    await scheduler.send(new CreateScheduleGroupCommand({ Name: settings.schedules?.group }))
  } catch (error) {
    if (!(error instanceof ConflictException)) throw error
  }
}

function everySoOften(clock: Clock, milliseconds: number, work: () => Promise<void>, log: Log): () => void {
  let cancel = () => {}
  const tick = () => {
    cancel = clock.after(milliseconds, () => {
      tick()
      work().catch((error: Error) => log.error('The sweep failed', { error: error.message }))
    })
  }
  tick()
  return () => cancel()
}
