import {
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { World } from '../../shared/world.ts'
import { type Item, readUnits, sizeOf, type Use, usesOfWrite } from './units.ts'

/** What the product asked of AWS. */
export interface Recorder {
  uses: Use[]
  /** Operations of Step Functions, in order. */
  calls: string[]
  /** The same World, whose calls are not recorded. */
  quiet: World
}

/**
 * Listens to the World's own clients. Writes are let through one by one, so that what stood before and after each of them
 * is its own doing.
 */
export function record(world: World): Recorder {
  const uses: Use[] = []
  const calls: string[] = []
  const { region, credentials, endpoint, requestHandler } = world.db.config
  const client = new DynamoDBClient({
    region,
    credentials,
    requestHandler,
    ...(endpoint ? { endpoint } : {}),
  })
  const measure = measuring(client, world.settings.table, uses)
  world.db.middlewareStack.add(
    (next, context) => async (args) =>
      await measure(String(context.commandName), args.input as never, () => next(args)),
    { step: 'build', name: 'recorder' },
  )
  for (const states of [world.states, world.statesOnce])
    states.middlewareStack.add(
      (next, context) => async (args) => {
        calls.push(String(context.commandName).replace(/Command$/, ''))
        return await next(args)
      },
      { step: 'build', name: 'recorder' },
    )
  return { uses, calls, quiet: { ...world, db: DynamoDBDocumentClient.from(client) } }
}

type Key = Item
interface Input extends Partial<TransactWriteItemsCommandInput> {
  Key?: Key
  Item?: Item
  IndexName?: string
  ConsistentRead?: boolean
  RequestItems?: Record<string, { Keys?: Key[]; ConsistentRead?: boolean }>
}

function measuring(client: DynamoDBClient, table: string, uses: Use[]) {
  const read = async (Key: Key) =>
    (await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))).Item
  const noteRead = async (Key: Key, consistent: boolean, of = 'table') => {
    const units = readUnits(sizeOf(await read(Key)), consistent)
    uses.push({ of, partition: Key.pk?.S ?? '', kind: 'read', units })
  }
  let turn: Promise<unknown> = Promise.resolve()
  return async <T>(command: string, input: Input, send: () => Promise<T>): Promise<T> => {
    const keys = writtenKeys(command, input)
    if (keys.length > 0) {
      const mine = turn.then(async () => {
        const before = await Promise.all(keys.map(read))
        try {
          return await send()
        } finally {
          const after = await Promise.all(keys.map(read))
          const transactional = input.TransactItems !== undefined
          for (const [at, key] of keys.entries())
            uses.push(...usesOfWrite(before[at] ?? key, after[at], transactional))
        }
      })
      turn = mine.catch(() => {})
      return await mine
    }
    if (command.startsWith('Get'))
      await noteRead((input as GetItemCommandInput).Key!, input.ConsistentRead === true)
    for (const { Keys = [], ConsistentRead } of Object.values(input.RequestItems ?? {}))
      for (const key of Keys) await noteRead(key, ConsistentRead === true)
    if (command.startsWith('Query')) uses.push(await useOfQuery(client, input as QueryCommandInput))
    return await send()
  }
}

function writtenKeys(command: string, { TransactItems = [], Key, Item }: Input): Key[] {
  const keyOf = (item: Item): Key => ({ pk: item.pk!, sk: item.sk! })
  if (Item) return [keyOf(Item)]
  if (Key) return command.startsWith('Get') ? [] : [Key]
  return TransactItems.flatMap(({ Put, Update, Delete, ConditionCheck }) => {
    const touched = Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key ?? (Put?.Item && keyOf(Put.Item))
    return touched ? [touched] : []
  })
}

/** A query is charged for whole items, whatever it shows of them. */
async function useOfQuery(client: DynamoDBClient, input: QueryCommandInput): Promise<Use> {
  const { ProjectionExpression: _, ExpressionAttributeNames: names = {}, ...rest } = input
  const used = JSON.stringify([rest.KeyConditionExpression, rest.FilterExpression])
  const left = Object.fromEntries(Object.entries(names).filter(([name]) => used.includes(name)))
  const { Items = [] } = await client.send(
    new QueryCommand({
      ...rest,
      ...(Object.keys(left).length > 0 ? { ExpressionAttributeNames: left } : {}),
    }),
  )
  const bytes = Items.reduce((sum, item) => sum + sizeOf(item), 0)
  const partition = Object.values(input.ExpressionAttributeValues ?? {})[0]?.S ?? ''
  return {
    of: input.IndexName ?? 'table',
    partition,
    kind: 'read',
    units: readUnits(bytes, input.ConsistentRead === true),
  }
}
