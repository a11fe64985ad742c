import { writeSync } from 'node:fs'
import { openDynamo } from '../../../infra/local/dynamodb/open.ts'
import { systemClock } from '../../../shared/aws/clock.ts'

/**
 * Writes until it is killed: 8 writers, each a transaction of two items at a time. Says on stdout what was
 * acknowledged (`a <n>`) and what the stream has delivered and taken (`d <pk>`).
 *
 * Arguments: folder, table, first number.
 */
const [dir, TableName, first] = process.argv.slice(2) as [string, string, string]
const quiet = () => undefined
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
/** At once: what a stream still holds for a slow reader would be lost with the process, and the change be taken as delivered. */
const say = (line: string) => writeSync(1, line)
const dynamo = await openDynamo({ dir, clock: systemClock, log })
let next = Number(first)

dynamo.onChanges(async (records) => {
  for (const { dynamodb } of records) say(`d ${dynamodb!.Keys!.pk!.S}\n`)
  return { batchItemFailures: [] }
})

async function write(): Promise<void> {
  for (;;) {
    const n = next
    next += 1
    const keys = { gsi1pk: { S: 'all' }, gsi1sk: { S: String(n) } }
    const put = (sk: string) => ({
      Put: { TableName, Item: { pk: { S: String(n) }, sk: { S: sk }, ...keys } },
    })
    const body = JSON.stringify({ TransactItems: [put('one'), put('two')], ClientRequestToken: `t${n}` })
    const { status } = await dynamo.handle({ target: 'DynamoDB_20120810.TransactWriteItems', body })
    if (status !== 200) process.exit(1)
    say(`a ${n}\n`)
  }
}

await Promise.all(Array.from({ length: 8 }, write))
