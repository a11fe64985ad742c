import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTableCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { onTestFinished, vi } from 'vitest'
import { type Dynamo, openDynamo } from '../../../infra/local/dynamodb/open.ts'
import { tableInput } from '../../../infra/local/table-input.ts'
import { clientOf } from '../../contracts/dynamodb/subject.ts'
import { type FakeClock, fakeClock } from '../../fake-clock.ts'
import { type KeptLog, keptLog } from '../kept-log.ts'

export const TableName = 'local-sluice'

/** The endpoint on a folder, with a client on it. */
export interface Opened {
  dir: string
  dynamo: Dynamo
  client: DynamoDBClient
  db: DynamoDBDocumentClient
  clock: FakeClock
  log: KeptLog
}

/** A folder that goes when the test ends. */
export function freshFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-dynamodb-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Opens the endpoint on a folder; it is closed when the test ends, if it is not before. */
export async function open(dir: string, clock = fakeClock()): Promise<Opened> {
  const log = keptLog()
  const dynamo = await openDynamo({ dir, clock, log })
  const close = once(() => dynamo.close())
  onTestFinished(close)
  const client = clientOf(dynamo)
  const db = DynamoDBDocumentClient.from(client)
  return { dir, dynamo: { ...dynamo, close }, client, db, clock, log }
}

/** A fresh endpoint with the one table. */
export async function openFresh(): Promise<Opened> {
  const opened = await open(freshFolder())
  await opened.client.send(new CreateTableCommand(tableInput(TableName)))
  const { StreamSpecification: _, ...quiet } = tableInput('clock-work')
  await opened.client.send(new CreateTableCommand(quiet))
  return opened
}

/**
 * Lets seconds pass one by one. What they set off reads and writes the disk, for which a fake clock does not wait:
 * a write of our own between them gives it time.
 */
export async function passSeconds({ clock, client }: Opened, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed++) {
    await clock.advance(1000)
    const Item = { pk: { S: 'time' }, sk: { S: 'x' }, now: { N: String(clock.now()) } }
    await client.send(new PutItemCommand({ TableName: 'clock-work', Item }))
  }
}

/** Lets seconds pass until a check goes through. */
export async function eventually(opened: Opened, check: () => unknown): Promise<void> {
  await vi.waitFor(
    async () => {
      await passSeconds(opened, 1)
      await check()
    },
    { timeout: 15_000, interval: 1 },
  )
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => {
    closing ??= close()
    return closing
  }
}
