import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import type { Clock, Log } from '../../../shared/world.ts'
import { CannotStart } from '../data-folder.ts'
import type { Call, Endpoint, Reply } from '../endpoint.ts'
import { refusal } from '../endpoint.ts'
import { Changing } from './changing.ts'
import { type Deliver, Deliveries, type Wants } from './deliveries.ts'
import type { Engine, Operation, Request } from './engine.ts'
import { Expiry } from './expiry.ts'
import { batchGetItem, getItem, transactGetItems } from './item-reads.ts'
import { deleteItem, putItem, updateItem } from './item-writes.ts'
import { Items } from './items.ts'
import { query, scan } from './lists.ts'
import { batchWriteItem, transactWriteItems } from './many-writes.ts'
import { Refused, unknownOperation, unreadable } from './refuse.ts'
import { reshape } from './reshape.ts'
import { Storage } from './storage.ts'
import { Sequence } from './stream.ts'
import {
  createTable,
  describeTable,
  describeTimeToLive,
  listTables,
  updateTimeToLive,
} from './table-operations.ts'
import { Tables } from './tables.ts'
import { Tokens } from './tokens.ts'
import { Writer } from './writer.ts'

/** The DynamoDB endpoint of the local account (aws.md 6.2). */
export interface Dynamo extends Endpoint {
  /**
   * Names the one consumer of the stream. It gets up to 100 records at a time, in order and at least once, those
   * first that an earlier process has not seen delivered. As the filter of an event source mapping, `wants` passes
   * over records by their key (in DynamoDB's JSON); they count as delivered.
   */
  onChanges(deliver: Deliver, wants?: Wants): void
  /**
   * Before anyone uses the table: gives it, if an earlier release made it, the indexes that CreateTable would give it
   * today, and fills them. Answers whether there was anything to do.
   *
   * @throws {CannotStart} when its primary key has changed.
   */
  reshape(request: CreateTableCommandInput): Promise<boolean>
  /** Finishes what is under way and lets go of the folder. */
  close(): Promise<void>
}

export interface DynamoOptions {
  /** Data folder: the database lies in its `dynamodb`, records that the stream gave up in its `dead`. */
  dir: string
  clock: Clock
  log: Log
  /** How long the stream gathers changes before a delivery, in milliseconds; AWS polls four times a second. @default 0 */
  gatherMs?: number
  /** Called when the disk has failed; what is acknowledged is safe only if the process ends now, which is the default. */
  onFailure?: (error: unknown) => void
}

/** The operations that are served; all others are refused by name (aws.md 6.1). */
const operations: Record<string, Operation> = {
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  CreateTable: createTable,
  DeleteItem: deleteItem,
  DescribeTable: describeTable,
  DescribeTimeToLive: describeTimeToLive,
  GetItem: getItem,
  ListTables: listTables,
  PutItem: putItem,
  Query: query,
  Scan: scan,
  TransactGetItems: transactGetItems,
  TransactWriteItems: transactWriteItems,
  UpdateItem: updateItem,
  UpdateTimeToLive: updateTimeToLive,
}

const prefix = 'DynamoDB_20120810.'

/**
 * Opens the database, without reading its items.
 *
 * @throws {CannotStart} if another process has it open, or it is damaged.
 */
export async function openDynamo({ dir, clock, log, gatherMs, onFailure }: DynamoOptions): Promise<Dynamo> {
  await makeFolder(dir)
  const storage = await Storage.open(join(dir, 'dynamodb'))
  const tables = await Tables.open(storage)
  const tokens = await Tokens.open(storage, clock)
  const deliveries = await Deliveries.open(storage, clock, log, dir, gatherMs)
  const writer = new Writer(storage, new Items(storage), {
    changes: (changes) => deliveries.add(changes),
    failure: onFailure ?? ((error) => end(log, error)),
  })
  const expiry = new Expiry(storage, tables, writer, clock, log)
  const sequence = new Sequence(deliveries.last)
  const changing = new Changing(writer, sequence, clock, (seconds) => expiry.expect(seconds))
  const engine: Engine = { storage, tables, writer, changing, expiry, tokens, clock }
  expiry.start(changing)
  return {
    service: 'DYNAMODB',
    handle: (call) => handle(engine, log, call),
    onChanges: (deliver, wants) => deliveries.start(deliver, wants),
    reshape: (request) => reshape(engine, { ...request }),
    async close() {
      await expiry.close()
      await writer.settled()
      await deliveries.close()
      await storage.close()
    },
  }
}

async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new CannotStart(`The folder ${dir} cannot be made: ${(error as Error).message}`)
  }
}

async function handle(engine: Engine, log: Log, { target, body }: Call): Promise<Reply> {
  try {
    const name = target.startsWith(prefix) ? target.slice(prefix.length) : ''
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
    if (!operation) {
      log.warn(`DynamoDB operation ${target} is not served here`)
      throw unknownOperation()
    }
    return success(await operation(engine, readBody(body), body))
  } catch (error) {
    if (error instanceof Refused) return error.reply()
    log.error('DynamoDB endpoint failed', { target, error: String(error), stack: (error as Error).stack })
    return refusal('com.amazonaws.dynamodb.v20120810#InternalServerError', 'Internal error', 500)
  }
}

function success(body: string): Reply {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-crc32': String(crc32(body)) }
  return { status: 200, headers, body }
}

function readBody(body: string): Request {
  let request: unknown
  try {
    request = JSON.parse(body === '' ? '{}' : body)
  } catch {
    throw unreadable('The body is not JSON')
  }
  if (typeof request === 'object' && request !== null && !Array.isArray(request)) return request as Request
  throw unreadable('Unexpected field type')
}

function end(log: Log, error: unknown): never {
  log.error('the local database cannot be written; ending', { error: String(error) })
  process.exit(1)
}
