import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { listUnder } from './pages.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** A secret of an account, or of the organisation. Its value leaves the row only to be decrypted. */
export interface SecretRow {
  orgId: string
  owner: string
  key: string
  /** KMS ciphertext of the value, or of the data key that `sealed` is under; base64. */
  ciphertext: string
  /** A value over 4 KB: iv, tag and AES-256-GCM ciphertext, base64. */
  sealed?: string
  createdAt: string
  updatedAt: string
}

/** The secret, strongly consistent: a rotation is seen by the next step. */
export async function getSecret(
  { db, settings }: World,
  org: string,
  owner: string,
  key: string,
): Promise<SecretRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.secret(org, owner, key), ConsistentRead: true }),
  )
  return (Item as SecretRow | undefined) ?? null
}

/** Puts the secret; with `once`, only if there is none of that name. */
export function putSecretWrite(row: SecretRow, once: boolean): Write {
  return {
    Put: {
      TableName: '',
      Item: { ...keys.secret(row.orgId, row.owner, row.key), ...row },
      ...(once ? { ConditionExpression: 'attribute_not_exists(pk)' } : {}),
    },
  }
}

/** Deletes the secret, if there is one. */
export function deleteSecretWrite(org: string, owner: string, key: string): Write {
  return {
    Delete: {
      TableName: '',
      Key: keys.secret(org, owner, key),
      ConditionExpression: 'attribute_exists(pk)',
    },
  }
}

/** Deletes the secret. @returns false if there was none. */
export async function deleteSecretRow(
  { db, settings }: World,
  org: string,
  owner: string,
  key: string,
): Promise<boolean> {
  const { Attributes } = await db.send(
    new DeleteCommand({
      TableName: settings.table,
      Key: keys.secret(org, owner, key),
      ReturnValues: 'ALL_OLD',
    }),
  )
  return Attributes !== undefined
}

/** All secrets of an owner, by key. */
export async function listSecretRows(world: World, org: string, owner: string): Promise<SecretRow[]> {
  const { pk, sk } = keys.secret(org, owner, '')
  return await listUnder<SecretRow>(world, pk, sk)
}
