import { join } from 'node:path'
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
import { isNewDelivery } from '../../shared/core/webhooks-out/deliver-fresh.ts'
import { openPool } from '../../shared/expressions/pool.ts'
import { routes } from '../../shared/faces/index.ts'
import { isRead } from '../../shared/store/stream-filters.ts'
import { tableShape } from '../../shared/store/table.ts'
import type { Clock, Log, World } from '../../shared/world.ts'
import { type DoorName, functionName, localStage } from '../doors.ts'
import type { DataFolder } from './data-folder.ts'
import { type Dynamo, openDynamo } from './dynamodb/open.ts'
import type { Endpoint } from './endpoint.ts'
import { openFront } from './front.ts'
import { functionShapes } from './function-shapes.ts'
import { type Functions, type Invoked, openFunctions } from './functions.ts'
import { openKms } from './kms.ts'
import { lambdaAddressFile, openLambda } from './lambda.ts'
import { openMail } from './mail/open.ts'
import { isForOutbox, serveOutbox } from './outbox.ts'
import { writePrivateFile } from './private-file.ts'
import { s3Parts } from './s3/in-process.ts'
import { openS3, s3Path } from './s3/open.ts'
import { isForS3, serveS3 } from './s3/serve.ts'
import { openScheduler } from './scheduler/open.ts'
import { openSecretsManager } from './secrets-manager.ts'
import { shortWay } from './short-way.ts'
import { openSockets } from './sockets/open.ts'
import { openStates } from './states/open.ts'
import { tableInput } from './table-input.ts'
import { inProcess, type Listening, listen, unsigned } from './wire.ts'

const bucket = `${localStage}-sluice-files`
/** How often the tick of `swept` comes, in milliseconds. */
const sweepEveryMs = 5 * 60_000
/** How often the tick of `due` comes, in milliseconds. */
const deliverEveryMs = 60_000
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
  const stage = localStage
  const dir = folder.path
  const pool = openPool()
  const dynamo = await openDynamo({ dir, clock, log, gatherMs })
  const kms = openKms({ dir })
  const mail = openMail({ dir, clock, log })
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
  const sockets = openSockets({
    clock,
    log,
    invoke: (event) => invoke(functionName(stage, 'socket'), event),
  })
  const listening = await onLoopback(
    [dynamo, states, kms, secrets, scheduler, mail, sockets.endpoint],
    folder,
  )
  const [operator] = await onLoopback([openLambda({ stage, invoke })], folder)
  // Only for the command of whoever owns the folder.
  if (operator) writePrivateFile(join(dir, lambdaAddressFile), operator.url)
  const front = await openFront({
    routes,
    port,
    invoke: (face, event) => invoke(functionName(stage, face as DoorName), event),
    beside: [
      { isFor: isForS3, answer: (request, response) => serveS3(s3, request, response) },
      { isFor: isForOutbox, answer: (request, response) => serveOutbox(mail, request, response) },
    ],
    upgrade: sockets.upgrade,
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
        mail: inProcess(mail),
        s3: s3Parts(s3, front.url),
        connections: inProcess(sockets.endpoint),
        authorise: unsigned,
        plugin: shortWay,
      },
    },
  )
  await makeTable(world, dynamo)
  await makeGroup(world)
  opened.resolve(openFunctions(functionShapes(stage), { world, clock, log }))
  dynamo.onChanges(async (records) => {
    const made = records.filter(isNewDelivery)
    // The stream's other reader: its function waits for endpoints, and nobody waits for it.
    if (made.length > 0) deliver('due', { Records: made }).catch(lost('The webhooks', log))
    return (await deliver('changed', { Records: records })) as DynamoDBBatchResponse
  }, concernsSomebody)
  const sweep = async () => void (await deliver('swept', {}))
  const stopSweeping = everySoOften(clock, sweepEveryMs, sweep, lost('The sweep', log))
  const stopDelivering = everySoOften(
    clock,
    deliverEveryMs,
    async () => void (await deliver('due', {})),
    lost('The webhooks', log),
  )

  return {
    url: front.url,
    world,
    sweep,
    async close() {
      stopSweeping()
      stopDelivering()
      await sockets.close()
      await front.close()
      await scheduler.close()
      await states.close()
      await dynamo.close()
      s3.close()
      await Promise.all([...listening, operator].map((endpoint) => endpoint?.close()))
      pool.close()
    },
  }
}

/** What `changed` or `due` has something to do for, as on AWS. */
function concernsSomebody(key: Record<string, unknown>): boolean {
  const text = (name: 'pk' | 'sk') => String((key[name] as { S?: string } | undefined)?.S ?? key[name])
  return isRead(text('pk'), text('sk'))
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
    SLUICE_MAIL_FROM: 'sluice@localhost.localdomain',
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

/** A tick that failed is told; the next one does its work. */
function lost(what: string, log: Log): (error: Error) => void {
  return ({ message }) => log.error(`${what} failed`, { error: message })
}

function everySoOften(
  clock: Clock,
  milliseconds: number,
  work: () => Promise<void>,
  onError: (error: Error) => void,
): () => void {
  let cancel = () => {}
  const tick = () => {
    cancel = clock.after(milliseconds, () => {
      tick()
      work().catch(onError)
    })
  }
  tick()
  return () => cancel()
}
