import { randomBytes, randomInt } from 'node:crypto'
import { instant } from '../aws/clock.ts'
import { Fault, type Issue } from '../faults.ts'
import { type ApiKeyRow, listApiKeyRows, putApiKey, revokeKey } from '../store/api-keys.ts'
import { digest } from '../store/table.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { audited } from './audit.ts'
import { needSession, type Principal } from './principal.ts'
import { answering } from './refusal.ts'
import { type Scope, scopesOf } from './roles.ts'

/** An API key as it is shown; its text only when it was just made. */
export interface ApiKeyView {
  id: string
  name: string
  scopes: Scope[]
  /** Its maker, `user:<account>`. */
  createdBy: string
  createdAt: string
  expiresAt: string | null
  /** To the hour; null if it was never used. */
  lastUsedAt: string | null
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * Makes a key: `pat_` + id + `_` + 32 random bytes. Only its sha256 is kept.
 *
 * @throws {Fault} `forbidden` for keys; `validation_failed` for a name, for scopes wider than the maker's role, for a past
 *   expiry.
 */
export async function createApiKey(
  world: World,
  principal: Principal,
  { name, scopes, expiresAt = null }: { name: string; scopes: Scope[]; expiresAt?: string | null },
): Promise<ApiKeyView & { key: string }> {
  needSession(principal)
  const { accountId } = principal
  if (accountId === null) throw new Fault('forbidden', 'A key needs a maker')
  const issues = issuesOf(world, principal, { name, scopes, expiresAt })
  if (issues.length > 0) throw new Fault('validation_failed', 'The key cannot be made like this', { issues })
  const id = Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('')
  const key = `pat_${id}_${randomBytes(32).toString('base64url')}`
  const row: ApiKeyRow = {
    id,
    orgId: principal.orgId,
    accountId,
    name: name.trim().normalize('NFC'),
    scopes: [...new Set(scopes)],
    sha256: digest(key),
    createdAt: instant(world.clock.now()),
    expiresAt,
  }
  const writes = [...putApiKey(row), entry(world, principal, 'key.created', id)]
  const { ok } = await answering(world, () => transact(world, writes))
  if (!ok) throw new Error('The id of a new key was taken')
  return { ...viewKey(row), key }
}

function issuesOf(
  { clock }: World,
  { role }: Principal,
  { name, scopes, expiresAt }: { name: string; scopes: Scope[]; expiresAt: string | null },
): Issue[] {
  const issues: Issue[] = []
  if (!name.isWellFormed() || !/^[^\p{Cc}]{1,200}$/u.test(name.trim()))
    issues.push({ path: '/name', code: 'length', message: 'name must have 1 to 200 characters' })
  for (const [index, scope] of scopes.entries())
    if (!scopesOf[role].has(scope))
      issues.push({ path: `/scopes/${index}`, code: 'scope', message: `your role does not have ${scope}` })
  if (expiresAt !== null && !(Date.parse(expiresAt) > clock.now()))
    issues.push({ path: '/expiresAt', code: 'past', message: 'expiresAt must be in the future' })
  return issues
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
  const rows = await answering(world, () => listApiKeyRows(world, principal.orgId))
  return rows.filter(({ accountId }) => all || accountId === principal.accountId).map(viewKey)
}

/** Ends a key at once. @throws {Fault} `not_found`; `forbidden` for other people's keys, unless an admin ends them. */
export async function revokeApiKey(world: World, principal: Principal, id: string): Promise<void> {
  needSession(principal)
  const { orgId, accountId, role } = principal
  await answering(world, async () => {
    const row = (await listApiKeyRows(world, orgId)).find((key) => key.id === id)
    if (row === undefined) throw noKey()
    if (row.accountId !== accountId && role !== 'admin')
      throw new Fault('forbidden', 'Only an admin may revoke other people’s keys')
    const revoke = revokeKey(orgId, id, instant(world.clock.now()))
    const { ok } = await transact(world, [revoke, entry(world, principal, 'key.revoked', id)])
    if (!ok) throw noKey()
  })
}

function noKey(): Fault {
  return new Fault('not_found', 'There is no such key')
}

function viewKey({ accountId, lastUsedAt, ...row }: ApiKeyRow): ApiKeyView {
  const { id, name, scopes, expiresAt, createdAt } = row
  return {
    ...{ id, name, scopes: scopes as Scope[], expiresAt, createdAt },
    createdBy: `user:${accountId}`,
    lastUsedAt: lastUsedAt ?? null,
  }
}

function entry(
  world: World,
  { orgId, actor, requestId, address }: Principal,
  action: string,
  target: string,
) {
  return audited(world, orgId, { actor, action, target, requestId, address })
}
