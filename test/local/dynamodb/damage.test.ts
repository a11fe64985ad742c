import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { PutCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { CannotStart } from '../../../infra/local/data-folder.ts'
import { tableInput } from '../../../infra/local/table-input.ts'
import { type Opened, open, openFresh, TableName } from './folder.ts'

const count = 40
const textOf = (n: number) => String(n).padStart(3, '0').repeat(100)

/** A closed database of items that were written one after the other, each with an index row. */
async function written() {
  const opened = await openFresh()
  for (let n = 0; n < count; n++) {
    const Item = { pk: 'p', sk: String(n).padStart(3, '0'), gsi1pk: 'l', gsi1sk: String(n), name: textOf(n) }
    await opened.db.send(new PutCommand({ TableName, Item }))
  }
  await opened.dynamo.close()
  return opened
}

/** The files of the database with an ending, the largest first. */
function files({ dir }: Opened, ending: string): string[] {
  const level = join(dir, 'dynamodb')
  const paths = readdirSync(level)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(level, name))
  return paths.sort((a, b) => readFileSync(b).length - readFileSync(a).length)
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[Math.floor(bytes.length * at)]! ^= 0x10
  writeFileSync(path, bytes)
}

const all = async ({ db }: Opened, IndexName?: string) => {
  const key = IndexName ? 'gsi1pk' : 'pk'
  const { Items } = await db.send(
    new QueryCommand({
      TableName,
      IndexName,
      KeyConditionExpression: `${key} = :p`,
      ExpressionAttributeValues: { ':p': IndexName ? 'l' : 'p' },
    }),
  )
  return Items!.map(({ sk }) => Number(sk)).sort((a, b) => a - b)
}

test('G7 a torn last record is absent as a whole, everything before it is there', async () => {
  const before = await written()
  const [log] = files(before, '.log')
  truncateSync(log!, readFileSync(log!).length - 50)

  const after = await open(before.dir)

  const expected = Array.from({ length: count - 1 }, (_, n) => n)
  expect(await all(after)).toEqual(expected)
  expect(await all(after, 'gsi1')).toEqual(expected)
})

test.each([0.3, 0.5, 0.8, 0.999])(
  'G7 a flipped byte in the log (at %d) is refused at start, and stays refused',
  async (at) => {
    const before = await written()
    flip(files(before, '.log')[0]!, at)

    for (const _ of ['first start', 'second start'])
      expect(await open(before.dir).catch((error: unknown) => error)).toBeInstanceOf(CannotStart)
  },
)

test.each([0.05, 0.2, 0.35, 0.5, 0.65])(
  'G7 a flipped byte in a table file (at %d) is never served',
  async (at) => {
    const before = await written()
    // Opening moves the log into a table file.
    await (await open(before.dir)).dynamo.close()
    flip(files(before, '.ldb')[0]!, at)

    const found: unknown[] = []
    try {
      const after = await open(before.dir)
      for (let n = 0; n < count; n++) {
        const sk = String(n).padStart(3, '0')
        const body = JSON.stringify({ TableName, Key: { pk: { S: 'p' }, sk: { S: sk } } })
        const reply = await after.dynamo.handle({ target: 'DynamoDB_20120810.GetItem', body })
        const { Item } = JSON.parse(reply.body)
        if (Item) found.push([Item.sk.S, Item.name.S])
      }
    } catch (error) {
      expect(error).toBeInstanceOf(CannotStart)
    }

    for (const [sk, name] of found as [string, string][]) expect(name).toBe(textOf(Number(sk)))
  },
)

test.each(['CURRENT', 'MANIFEST'])('G7 a damaged %s is refused in one sentence', async (name) => {
  const before = await written()
  const level = join(before.dir, 'dynamodb')
  const file = readdirSync(level).find((candidate) => candidate.startsWith(name))!
  writeFileSync(join(level, file), 'nonsense')

  await expect(open(before.dir)).rejects.toBeInstanceOf(CannotStart)
})

test('a client token outlives a restart, and ends after ten minutes', async () => {
  const first = await openFresh()
  const write = (n: number) =>
    new TransactWriteCommand({
      ClientRequestToken: 'once',
      TransactItems: [
        {
          Update: {
            TableName,
            Key: { pk: 'a', sk: 'b' },
            UpdateExpression: 'ADD n :n',
            ExpressionAttributeValues: { ':n': n },
          },
        },
      ],
    })
  await first.db.send(write(1))
  await first.dynamo.close()

  const second = await open(first.dir, first.clock)
  await second.db.send(write(1))
  await expect(second.db.send(write(2))).rejects.toMatchObject({
    name: 'IdempotentParameterMismatchException',
  })
  await second.clock.advance(11 * 60 * 1000)
  await second.db.send(write(2))

  const body = JSON.stringify({ TableName, Key: { pk: { S: 'a' }, sk: { S: 'b' } } })
  const reply = await second.dynamo.handle({ target: 'DynamoDB_20120810.GetItem', body })
  expect(JSON.parse(reply.body).Item.n).toEqual({ N: '3' })
})

test('a table made in one process is known to the next', async () => {
  const first = await openFresh()
  await first.dynamo.close()

  const second = await open(first.dir)

  await expect(second.client.send(new CreateTableCommand(tableInput(TableName)))).rejects.toMatchObject({
    name: 'ResourceInUseException',
  })
})
