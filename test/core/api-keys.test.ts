import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { deleteAccount } from '../../shared/core/accounts.ts'
import { createApiKey, listApiKeys, revokeApiKey } from '../../shared/core/api-keys.ts'
import { authenticate } from '../../shared/core/authenticate.ts'
import { changeAccount } from '../../shared/core/change-account.ts'
import { may, type Principal } from '../../shared/core/principal.ts'
import { type Scope, scopes } from '../../shared/core/roles.ts'
import type { World } from '../../shared/world.ts'
import { failCalls, serviceError } from '../failing-calls.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { found, join } from './people.ts'

let opened: TestWorld
let world: World
let admin: Principal
let user: Principal
let now: number
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1, 10, 30)
  opened = await openTestWorld({ clock: { now: () => now, after: () => () => {}, sleep: async () => {} } })
  world = opened.world
  admin = await found(world, 'acme')
  user = await join(world, admin, 'user', 'u@acme.example')
})
afterEach(() => opened.close())

const later = (milliseconds: number) => {
  now += milliseconds
}
const unauthorized = { code: 'unauthorized', details: {} }
const bearer = (key: string, on = world) => authenticate(on, `Bearer ${key}`)
const make = (who: Principal, wanted: Scope[] = ['flows:read'], expiresAt: string | null = null) =>
  createApiKey(world, who, { name: 'CI', scopes: wanted, expiresAt })

test('a key says who calls: its maker, as far as its scopes go', async () => {
  const made = await make(user, ['flows:read', 'runs:start'])

  expect(made.key).toMatch(/^pat_[0-9A-Za-z]{12}_[\w-]{43}$/)
  expect(made.key).toContain(made.id)
  const caller = await bearer(made.key)
  expect(caller).toEqual({
    orgId: admin.orgId,
    actor: `key:${made.id}`,
    accountId: user.accountId,
    email: 'u@acme.example',
    role: 'user',
    scopes: ['flows:read', 'runs:start'],
    sessionId: null,
    until: null,
  })
  expect(scopes.filter((scope) => may(caller, scope))).toEqual(['flows:read', 'runs:start'])
})

test('its text is stored nowhere', async () => {
  const { key } = await make(user)
  await bearer(key)

  const { Items = [] } = await world.db.send(new ScanCommand({ TableName: world.settings.table }))
  // The secret is base64url, which may begin with an underscore itself.
  const secret = key.slice('pat_'.length + 13)
  expect(secret).toHaveLength(43)
  expect(JSON.stringify(Items)).not.toContain(secret)
  expect(JSON.stringify(opened.log.lines)).not.toContain(secret)
})

test('a known key costs one read, a new one two', async () => {
  const { key } = await make(user)
  const used = async () => {
    const counting = failCalls(world, { nth: 0, error: () => new Error('never') })
    await bearer(key)
    counting.stop()
    return counting.seen
  }

  // The first use of an hour is noted.
  expect(await used()).toEqual(['GetItemCommand', 'BatchGetItemCommand', 'UpdateItemCommand'])
  expect(await used()).toEqual(['BatchGetItemCommand'])
})

test('its last use is known to the hour, and a failure to note it turns nobody away', async () => {
  const made = await make(user)
  expect(made.lastUsedAt).toBeNull()

  await bearer(made.key)
  now += 3_600_000
  const failing = failCalls(world, {
    command: 'UpdateItemCommand',
    error: () => serviceError('InternalServerError', 500),
  })
  await bearer(made.key)
  failing.stop()

  const [listed] = await listApiKeys(world, user, { all: false })
  expect(listed).toEqual({
    id: made.id,
    name: 'CI',
    scopes: ['flows:read'],
    expiresAt: null,
    createdAt: '2026-01-01T10:30:00.000Z',
    createdBy: `user:${user.accountId}`,
    lastUsedAt: '2026-01-01T10:00:00.000Z',
  })
})

describe('a key is refused at the next request, in every function, when', () => {
  test.each([
    ['it is revoked by its maker', async (id: string) => revokeApiKey(world, user, id)],
    ['it is revoked by an admin', async (id: string) => revokeApiKey(world, admin, id)],
    ['its maker is deleted', async () => deleteAccount(world, admin, user.accountId!)],
    ['it expires', async () => later(60_000)],
  ])('%s', async (_, end) => {
    const other = opened.another()
    const expiresAt = new Date(now + 60_000).toISOString()
    const made = await make(user, ['flows:read'], expiresAt)
    await Promise.all([bearer(made.key), bearer(made.key, other)])

    await end(made.id)

    await expect(bearer(made.key)).rejects.toMatchObject(unauthorized)
    await expect(bearer(made.key, other)).rejects.toMatchObject(unauthorized)
  })
})

test('C4 its power falls with the role of its maker', async () => {
  const made = await make(user, ['flows:read', 'flows:write'])
  await changeAccount(world, admin, user.accountId!, { role: 'viewer' })

  const caller = await bearer(made.key)

  expect(may(caller, 'flows:read')).toBe(true)
  expect(may(caller, 'flows:write')).toBe(false)
})

test.each(['pat_', 'pat_000000000000_', `pat_000000000000_${'x'.repeat(43)}`, `pat_${'0'.repeat(200)}`])(
  'text that is no key is refused: %s',
  async (text) => {
    await expect(bearer(text)).rejects.toMatchObject(unauthorized)
  },
)

describe('making a key', () => {
  test.each([
    ['a scope that the role lacks', { scopes: ['flows:read', 'accounts:admin'] }, '/scopes/1'],
    ['a scope that does not exist', { scopes: ['all'] }, '/scopes/0'],
    ['no name', { name: ' ' }, '/name'],
    ['an end that is past', { expiresAt: '2026-01-01T10:30:00.000Z' }, '/expiresAt'],
    ['an end that is no time', { expiresAt: 'tomorrow' }, '/expiresAt'],
  ])('with %s is refused', async (_, change, path) => {
    const content = { name: 'CI', scopes: ['flows:read'], ...change }

    await expect(createApiKey(world, user, content as never)).rejects.toMatchObject({
      code: 'validation_failed',
      details: { issues: [expect.objectContaining({ path })] },
    })
  })

  test('listing and revoking is not a key’s to do', async () => {
    const { key, id } = await make(admin, [...scopes])
    const caller = await bearer(key)

    const forbidden = { code: 'forbidden' }
    await expect(make(caller)).rejects.toMatchObject(forbidden)
    await expect(listApiKeys(world, caller, { all: true })).rejects.toMatchObject(forbidden)
    await expect(revokeApiKey(world, caller, id)).rejects.toMatchObject(forbidden)
  })
})

test('people see and revoke their own keys, admins everybody’s, and nobody those of others', async () => {
  const [own, admins] = [await make(user), await make(admin)]
  const stranger = await found(world, 'other')

  const ids = async (who: Principal, all: boolean) =>
    (await listApiKeys(world, who, { all })).map(({ id }) => id).sort()
  expect(await ids(user, false)).toEqual([own.id])
  expect(await ids(admin, true)).toEqual([own.id, admins.id].sort())
  expect(await ids(stranger, true)).toEqual([])
  await expect(ids(user, true)).rejects.toMatchObject({ code: 'forbidden' })
  for (const [who, id, code] of [
    [user, admins.id, 'forbidden'],
    [stranger, own.id, 'not_found'],
    [user, 'unknown', 'not_found'],
  ] as const)
    await expect(revokeApiKey(world, who, id)).rejects.toMatchObject({ code })
  await revokeApiKey(world, user, own.id)
  await expect(revokeApiKey(world, user, own.id)).rejects.toMatchObject({ code: 'not_found' })
})
