import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { paginateQuery, paginateScan } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { eventually, type Opened, open, openFresh, TableName } from './folder.ts'

const rounds = 5
const script = join(import.meta.dirname, 'writing-child.ts')

/** Lets a child write and kills it a random moment after its first acknowledgement; what it said. */
async function writeAndKill(dir: string, first: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, dir, TableName, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (said === '') setTimeout(() => child.kill('SIGKILL'), 20 + Math.random() * 150)
    said += text
  })
  await once(child, 'close')
  // The last line may be cut off.
  return said.split('\n').slice(0, -1)
}

async function keysOf(
  pages: AsyncIterable<{ Items?: Record<string, unknown>[] | undefined }>,
): Promise<string[]> {
  const keys: string[] = []
  for await (const { Items } of pages) keys.push(...Items!.map(({ pk, sk }) => `${pk}/${sk}`))
  return keys.sort()
}

const inTable = ({ db }: Opened) => keysOf(paginateScan({ client: db }, { TableName }))
const inIndex = ({ db }: Opened) => {
  const ExpressionAttributeValues = { ':all': 'all' }
  const KeyConditionExpression = 'gsi1pk = :all'
  return keysOf(
    paginateQuery(
      { client: db },
      { TableName, IndexName: 'gsi1', KeyConditionExpression, ExpressionAttributeValues },
    ),
  )
}

test('G1 SIGKILL at any moment loses nothing acknowledged, splits no transaction, and skips no stream record', async () => {
  const { dir, dynamo } = await openFresh()
  await dynamo.close()
  const acknowledged = new Set<string>()
  const delivered = new Set<string>()

  for (let round = 0; round < rounds; round++) {
    for (const line of await writeAndKill(dir, round * 1_000_000))
      (line.startsWith('a') ? acknowledged : delivered).add(line.slice(2))
  }

  const opened = await open(dir)
  const there = await inTable(opened)
  const runs = new Set(there.map((key) => key.split('/')[0]!))
  expect([...acknowledged].filter((n) => !runs.has(n))).toEqual([])
  expect(there).toHaveLength(runs.size * 2)
  expect(await inIndex(opened)).toEqual(there)
  expect(acknowledged.size).toBeGreaterThan(rounds)
  opened.dynamo.onChanges(async (records) => {
    for (const { dynamodb } of records) delivered.add(dynamodb!.Keys!.pk!.S!)
    return undefined
  })
  await eventually(opened, () => expect([...runs].filter((n) => !delivered.has(n))).toEqual([]))
})
