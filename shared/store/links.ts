import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { listUnder } from './pages.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** Whoever has the token may answer one wait. Lies with the run, and goes with it (`run-records.ts`). */
export interface LinkRow {
  id: string
  orgId: string
  runId: string
  waitId: string
  /** The wait's own key. */
  stepKey: string
  /** Whom it was made for, as its maker wrote it; null = it says nobody. */
  for: string | null
  /** The account that `for` names; null if it names none. */
  accountId: string | null
  /** In whose name a vote by it counts. */
  voter: string
  /** sha256 of the token; the token itself is nowhere. */
  tokenHash: string
  expiresAt: string
  createdAt: string
  createdBy: string
}

/** What a pointer says: which link a token is. */
export type LinkPlace = Pick<LinkRow, 'orgId' | 'runId' | 'waitId' | 'id'>

/** Puts a link and the pointer that its token is found by. */
export function putLink(row: LinkRow): Write[] {
  const once = 'attribute_not_exists(pk)'
  const { orgId, runId, waitId, id, tokenHash } = row
  return [
    {
      Put: {
        TableName: '',
        Item: { ...keys.link(orgId, runId, waitId, id), ...row },
        ConditionExpression: once,
      },
    },
    {
      Put: {
        TableName: '',
        Item: { ...keys.linkPointer(tokenHash), orgId, runId, waitId, id },
        ConditionExpression: once,
      },
    },
  ]
}

/** Takes a link away: its token opens nothing from now on. */
export function dropLink({ orgId, runId, waitId, id, tokenHash }: LinkRow): Write[] {
  return [
    {
      Delete: {
        TableName: '',
        Key: keys.link(orgId, runId, waitId, id),
        ConditionExpression: 'attribute_exists(pk)',
      },
    },
    { Delete: { TableName: '', Key: keys.linkPointer(tokenHash) } },
  ]
}

/** The link, strongly consistent. */
export async function getLink(
  { db, settings }: World,
  { orgId, runId, waitId, id }: LinkPlace,
): Promise<LinkRow | null> {
  const Key = keys.link(orgId, runId, waitId, id)
  const { Item } = await db.send(new GetCommand({ TableName: settings.table, Key, ConsistentRead: true }))
  return (Item as LinkRow | undefined) ?? null
}

/** The link whose token has a digest. */
export async function findLink(world: World, tokenHash: string): Promise<LinkRow | null> {
  const Key = keys.linkPointer(tokenHash)
  const { Item } = await world.db.send(
    new GetCommand({ TableName: world.settings.table, Key, ConsistentRead: true }),
  )
  return Item ? await getLink(world, Item as unknown as LinkPlace) : null
}

/** All links of a wait; strongly consistent. */
export async function listLinkRows(
  world: World,
  { orgId, runId, waitId }: Omit<LinkPlace, 'id'>,
): Promise<LinkRow[]> {
  const { pk, sk } = keys.link(orgId, runId, waitId, '')
  return await listUnder<LinkRow>(world, pk, sk)
}
