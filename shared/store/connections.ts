import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { getItems } from './batch-get.ts'
import { countItems, listUnder } from './pages.ts'
import { indexKeys, keys, shardOf } from './table.ts'
import type { Write } from './transact.ts'

/** Why a connection is closed although its run goes on. */
export type ClosingReason = 'session_ended' | 'run_deleted' | 'bad_message'

/** One open WebSocket: somebody watches a run. */
export interface ConnectionRow {
  /** The gateway's. */
  id: string
  orgId: string
  runId: string
  /**
   * Who watches: the account, and the session or key that he came with. Of somebody with a token of an outside issuer there
   * is no account: he is told by the sha256 of his name, and the issuer by its own.
   */
  accountId: string
  credential: { kind: 'SESS' | 'KEY' | 'OIDC'; id: string }
  /** When the token or key runs out, in milliseconds; null = it does not. */
  until: number | null
  openedAt: string
  /** Has every event up to this number; of a live one the run's watch knows better. */
  after: number
  /** Has caught up: from here on it gets what all get. */
  live?: true
  /** Is to be told this, and closed. */
  closing?: ClosingReason
  ttl: number
}

type Who = Pick<ConnectionRow, 'accountId' | 'credential'>

function byOf({ accountId, credential }: Who): string {
  return `${accountId}#${credential.kind}#${credential.id}`
}

/** Every item of a connection. */
export function keysOfConnection(row: Who & Pick<ConnectionRow, 'orgId' | 'runId' | 'id'>) {
  const { orgId, runId, id } = row
  return [
    keys.connection(orgId, runId, id),
    keys.connectionPointer(id),
    keys.connectionBy(orgId, byOf(row), id),
  ]
}

/** What finds a connection by its id, or by who opened it. */
export type ConnectionPointer = Pick<
  ConnectionRow,
  'id' | 'orgId' | 'runId' | 'accountId' | 'credential' | 'until' | 'ttl'
>

/** Puts a connection: with its run, by its id, and by who opened it. */
export function putConnection(row: ConnectionRow): Write[] {
  const { id, orgId, runId, accountId, credential, until, ttl } = row
  const pointer: ConnectionPointer = { id, orgId, runId, accountId, credential, until, ttl }
  const items: object[] = [{ ...row, ...endIndex(row) }, pointer, pointer]
  return keysOfConnection(row).map((key, at) => ({ Put: { TableName: '', Item: { ...items[at], ...key } } }))
}

/** Only what runs out within the life of the connection is ever looked for. */
function endIndex({ until, ttl, id }: ConnectionRow): object {
  if (until === null || until > ttl * 1000) return {}
  return { gsi2pk: indexKeys.sockets(shardOf(id)), gsi2sk: `${new Date(until).toISOString()}#${id}` }
}

/** The connection with an id, strongly consistent. */
export async function findConnection({ db, settings }: World, id: string): Promise<ConnectionPointer | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.connectionPointer(id), ConsistentRead: true }),
  )
  return (Item as ConnectionPointer | undefined) ?? null
}

/** Everybody who watches a run; strongly consistent. */
export async function listConnections(world: World, org: string, run: string): Promise<ConnectionRow[]> {
  return await listUnder<ConnectionRow>(world, keys.run(org, run).pk, 'WS#')
}

/** Some of those who watch a run; strongly consistent. */
export async function getConnections(
  world: World,
  org: string,
  run: string,
  ids: string[],
): Promise<ConnectionRow[]> {
  const items = await getItems(
    world,
    ids.map((id) => keys.connection(org, run, id)),
  )
  return items as unknown as ConnectionRow[]
}

/** What an account has open, or a session or key of it; strongly consistent. */
export async function listConnectionsBy(
  world: World,
  org: string,
  accountId: string,
  credential?: ConnectionRow['credential'],
): Promise<ConnectionPointer[]> {
  const by = credential === undefined ? accountId : byOf({ accountId, credential })
  const { pk, sk } = keys.connectionBy(org, by, '')
  return await listUnder<ConnectionPointer>(world, pk, sk)
}

/** How many connections an organisation has open, up to a limit. */
export async function countConnections(world: World, org: string, atMost: number): Promise<number> {
  const { pk } = keys.connectionBy(org, '', '')
  const listing = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } }
  return await countItems(world, listing, atMost)
}
