import { randomBytes, randomInt } from 'node:crypto'
import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { type ApiKeyRow, listApiKeyRows, putApiKey, revokeKey } from '../store/api-keys.ts'
import { digest } from '../store/table.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { audit } from './audit.ts'
import { needSession, type Principal } from './principal.ts'
import { type Scope, scopesOf } from './roles.ts'

/** An API key as it is shown; its text only when it was just made. */
export interface ApiKeyView {
  id: string
  name: string
  scopes: Scope[]
  expiresAt: string | null
  createdAt: string
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * Makes a key: `pat_` + id + `_` + 32 random bytes. Only its sha256 is kept.
 *
 * @throws {Fault} `forbidden` for keys; `validation_failed` for scopes wider than the maker's role, or a past expiry.
 */
export async function createApiKey(
  world: World,
  principal: Principal,
  { name, scopes, expiresAt = null }: { name: string; scopes: Scope[]; expiresAt?: string | null },
): Promise<ApiKeyView & { key: string }> {
  needSession(principal)
  const wide = scopes.filter((scope) => !scopesOf[principal.role].has(scope))
  if (wide.length > 0)
    throw new Fault('validation_failed', 'A key can do no more than its maker', {
      issues: wide.map((scope) => ({
        path: '/scopes',
        code: 'scope',
        message: `your role does not have ${scope}`,
      })),
    })
  if (expiresAt !== null && Date.parse(expiresAt) <= world.clock.now())
    throw new Fault('validation_failed', 'The expiry is past', {
      issues: [{ path: '/expiresAt', code: 'past', message: 'expiresAt must be in the future' }],
    })
  const id = Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('')
  const key = `pat_${id}_${randomBytes(32).toString('base64url')}`
  const row: ApiKeyRow = {
    id,
    orgId: principal.orgId,
    accountId: principal.accountId ?? '',
    name,
    scopes: [...new Set(scopes)],
    sha256: digest(key),
    createdAt: instant(world.clock.now()),
    expiresAt,
  }
  await transact(world, putApiKey(row))
  await note(world, principal, 'key.created', id)
  return { ...viewKey(row), key }
}

/** One's own keys, newest first; all of the organisation's for an admin who asks. @throws {Fault} `forbidden` */
export async function listApiKeys(
  world: World,
  principal: Principal,
  { all }: { all: boolean },
): Promise<ApiKeyView[]> {
  needSession(principal)
  if (all && principal.role !== 'admin')
    throw new Fault('forbidden', 'Only an admin may see other people’s keys')
  const rows = await listApiKeyRows(world, principal.orgId)
  return rows
    .filter(({ accountId }) => all || accountId === principal.accountId)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    .map(viewKey)
}

/** Ends a key at once. @throws {Fault} `not_found`; other people's keys do not exist for who is no admin. */
export async function revokeApiKey(world: World, principal: Principal, id: string): Promise<void> {
  needSession(principal)
  const row = (await listApiKeyRows(world, principal.orgId)).find((key) => key.id === id)
  const allowed = row !== undefined && (row.accountId === principal.accountId || principal.role === 'admin')
  if (!allowed || !(await revokeKey(world, principal.orgId, id, instant(world.clock.now()))))
    throw new Fault('not_found', 'There is no such key')
  await note(world, principal, 'key.revoked', id)
}

function viewKey({ id, name, scopes, expiresAt, createdAt }: ApiKeyRow): ApiKeyView {
  return { id, name, scopes: scopes as Scope[], expiresAt, createdAt }
}

async function note(
  world: World,
  { orgId, actor, requestId, address }: Principal,
  action: string,
  target: string,
) {
  await audit(world, orgId, { actor, action, target, requestId, address })
}
