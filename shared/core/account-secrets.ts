import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { getAccount } from '../store/accounts.ts'
import { deleteSecretWrite, getSecret, listSecretRows, putSecretWrite } from '../store/secrets.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { noAccount } from './account-faults.ts'
import { audited } from './audit.ts'
import { may, type Principal } from './principal.ts'
import { answering } from './refusal.ts'
import {
  checkSecret,
  encryptSecret,
  entryOf,
  isSecretKey,
  noSecret,
  organisationOwner,
  type SecretEntry,
} from './secrets.ts'

const mostSecrets = 100

/**
 * The names of an account's secrets, by key; with the organisation's id as account, of those that all its flows see.
 *
 * @throws {Fault} `not_found`, `forbidden`.
 */
export async function listSecretsOf(world: World, who: Principal, account: string): Promise<SecretEntry[]> {
  return await answering(world, async () => {
    const owner = await ownerOf(world, who, account, 'read')
    return (await listSecretRows(world, who.orgId, owner)).map(entryOf)
  })
}

/**
 * Keeps a secret under KMS. The next step that needs it sees the new value.
 *
 * @param more.once an existing one is left alone.
 * @throws {Fault} `not_found`, `forbidden`; `validation_failed` for a bad key or value; `conflict` reason `secret_exists` or
 *   `limit_reached`.
 */
export async function writeSecretOf(
  world: World,
  who: Principal,
  account: string,
  { key, value }: { key: string; value: string },
  { once = false } = {},
): Promise<{ entry: SecretEntry; isNew: boolean }> {
  return await answering(world, async () => {
    const owner = await ownerOf(world, who, account, 'write')
    const name = { orgId: who.orgId, owner, key }
    checkSecret(name, value)
    const known = await getSecret(world, who.orgId, owner, key)
    if (known === null) await checkRoom(world, who.orgId, owner)
    const now = instant(world.clock.now())
    const sealed = await encryptSecret(world, name, value)
    const row = { ...name, ...sealed, createdAt: known?.createdAt ?? now, updatedAt: now }
    const entry = told(world, who, 'secret.written', owner, key)
    if (!(await transact(world, [putSecretWrite(row, once), entry])).ok)
      throw new Fault('conflict', `There is a secret ${key} already`, { reason: 'secret_exists' })
    return { entry: entryOf(row), isNew: known === null }
  })
}

async function checkRoom(world: World, orgId: string, owner: string): Promise<void> {
  if ((await listSecretRows(world, orgId, owner)).length < mostSecrets) return
  const message = `An account has at most ${mostSecrets} secrets`
  throw new Fault('conflict', message, { reason: 'limit_reached', limit: mostSecrets })
}

/** Deletes a secret: a step that needs it from now on fails `secret_missing`. @throws {Fault} `not_found`, `forbidden` */
export async function deleteSecretOf(
  world: World,
  who: Principal,
  account: string,
  key: string,
): Promise<void> {
  await answering(world, async () => {
    const owner = await ownerOf(world, who, account, 'write')
    if (!isSecretKey(key)) throw noSecret()
    const entry = told(world, who, 'secret.deleted', owner, key)
    if (!(await transact(world, [deleteSecretWrite(who.orgId, owner, key), entry])).ok) throw noSecret()
  })
}

/** The key's name is told, never a value. */
function told(
  world: World,
  { orgId, actor, requestId, address }: Principal,
  action: string,
  owner: string,
  key: string,
) {
  return audited(world, orgId, { actor, action, target: `${owner}/${key}`, requestId, address })
}

/**
 * Whose secrets are meant, if the caller may have to do with them (headless-runner-executions.md 1.2): one's own; the
 * organisation's are listed by whoever may write secrets and written by admins, who also see to those of others.
 *
 * @throws {Fault} `not_found`, `forbidden`.
 */
async function ownerOf(
  world: World,
  who: Principal,
  account: string,
  verb: 'read' | 'write',
): Promise<string> {
  const own = account === 'me' || account === who.accountId
  const shared = account === who.orgId
  if (!own && !shared && (await getAccount(world, who.orgId, account)) === null) throw noAccount()
  if (!mayHandle(who, { own, shared }, verb))
    throw new Fault('forbidden', 'The role or the key does not allow this')
  return shared ? organisationOwner : own ? (who.accountId ?? '') : account
}

function mayHandle(
  who: Principal,
  { own, shared }: { own: boolean; shared: boolean },
  verb: 'read' | 'write',
): boolean {
  if (own && verb === 'read' && who.sessionId !== null) return true
  if (!may(who, 'secrets:write')) return false
  return own || (shared && verb === 'read') || who.role === 'admin'
}
