import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApiKey, listApiKeys, revokeApiKey } from '../../shared/core/api-keys.ts'
import { authenticate } from '../../shared/core/authenticate.ts'
import type { Principal } from '../../shared/core/principal.ts'
import { logIn, refresh } from '../../shared/core/sign-in.ts'
import { monthOf } from '../../shared/store/audit.ts'
import { keys } from '../../shared/store/table.ts'
import type { World } from '../../shared/world.ts'
import { auditOf } from '../audit-of.ts'
import { failCalls, serviceError } from '../failing-calls.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { found, password, tokenFor } from './people.ts'

const email = 'admin@acme.example'
const dayMs = 86_400_000
const start = Date.UTC(2026, 0, 1, 0, 0, 0, 500)

let now = start
let opened: TestWorld
let world: World
let admin: Principal
beforeAll(async () => {
  opened = await openTestWorld({ clock: { now: () => now, after: () => () => {}, sleep: async () => {} } })
  world = opened.world
  admin = await found(world, 'acme')
})
beforeEach(() => {
  now = start
})
afterAll(() => opened.close())

/** The names of the AWS calls that something makes, in order. */
async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
  const watching = failCalls(world, { nth: Number.POSITIVE_INFINITY, error: () => new Error('never') })
  await work().catch(() => {})
  watching.stop()
  return watching.seen
}

describe('while the table refuses for load', () => {
  const busy = { code: 'unavailable', status: 503, details: { retryAfterSeconds: 1 } }

  test('F6 who calls is not known for now: that is no 401, and no bug', async () => {
    const token = await tokenFor(world, email)
    const { key } = await createApiKey(world, admin, { name: 'ci', scopes: ['runs:read'] })

    const failing = failCalls(world, { error: () => serviceError('ThrottlingException') })
    for (const credential of [token, key])
      await expect(authenticate(world, `Bearer ${credential}`)).rejects.toMatchObject(busy)
    failing.stop()

    for (const credential of [token, key])
      expect((await authenticate(world, `Bearer ${credential}`)).email).toBe(email)
  })

  test('F6 keys are not made, listed or revoked, and nothing half', async () => {
    const { id } = await createApiKey(world, admin, { name: 'ci', scopes: ['runs:read'] })
    const before = await listApiKeys(world, admin, { all: true })

    const failing = failCalls(world, { error: () => serviceError('ThrottlingException') })
    for (const work of [
      createApiKey(world, admin, { name: 'x', scopes: ['runs:read'] }),
      listApiKeys(world, admin, { all: true }),
      revokeApiKey(world, admin, id),
    ])
      await expect(work).rejects.toMatchObject(busy)
    failing.stop()

    expect(await listApiKeys(world, admin, { all: true })).toEqual(before)
  })
})

test('a key is never made or revoked without its entry in the audit trail', async () => {
  const { id } = await createApiKey(world, admin, { name: 'ci', scopes: ['runs:read'] })

  expect(await callsOf(() => revokeApiKey(world, admin, id))).toEqual([
    'QueryCommand',
    'TransactWriteItemsCommand',
  ])
  const entries = await auditOf(world, admin.orgId, monthOf(new Date(start).toISOString()))
  expect(entries.filter(({ target }) => target === id).map(({ action }) => action)).toEqual([
    'key.revoked',
    'key.created',
  ])
})

test('a key is revoked once, however many try at once', async () => {
  const { id } = await createApiKey(world, admin, { name: 'ci', scopes: ['runs:read'] })

  const tried = await Promise.allSettled(Array.from({ length: 5 }, () => revokeApiKey(world, admin, id)))

  expect(tried.filter(({ status }) => status === 'fulfilled').length).toBe(1)
})

test('B12 a wrong password costs the same calls whether the name is known or not', async () => {
  const attempt = (username: string) => () =>
    logIn(world, { username, password: 'wrong horse', address: '192.0.2.9' })

  const known = await callsOf(attempt(email))

  expect(known.length).toBeGreaterThan(0)
  expect(await callsOf(attempt('nobody@acme.example'))).toEqual(known)
  expect(await callsOf(attempt(`${'x'.repeat(2000)}@acme.example`))).toEqual(known)
})

test('what strangers leave in the audit trail goes after a day, what is an organisation’s stays', async () => {
  const failed = { password: 'wrong horse', address: '192.0.2.7' }
  await logIn(world, { ...failed, username: 'nobody@acme.example' }).catch(() => {})
  await logIn(world, { ...failed, username: email }).catch(() => {})

  const daysKept = async (org: string) => {
    const pk = keys.audit(org, '202601', '').pk
    const { Items = [] } = await world.db.send(
      new QueryCommand({
        TableName: world.settings.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
      }),
    )
    return new Set(Items.map(({ ttl }) => Math.round((ttl - start / 1000) / 86_400)))
  }
  expect(await daysKept('none')).toEqual(new Set([1]))
  expect(await daysKept(admin.orgId)).toEqual(new Set([400]))
})

test('half a character in a name or a password is a wrong one like others', async () => {
  for (const half of ['\ud800', 'admin@acme.example\udc00'])
    for (const secret of [password, `${password}\ud800`])
      await expect(
        logIn(world, { username: half, password: secret, address: '192.0.2.8' }),
      ).rejects.toMatchObject({ code: 'unauthorized' })
})

test('no token promises more than its session has left', async () => {
  let session = await logIn(world, { username: email, password, address: '127.0.0.1' })
  for (let day = 1; day < 31; day++) {
    now += dayMs - 2000
    session = await refresh(world, session.token)
    const end = Math.floor((start + 30 * dayMs) / 1000) * 1000
    expect(Date.parse(session.expiresAt)).toBe(Math.min(Math.floor(now / 1000) * 1000 + dayMs, end))
  }

  expect(await refresh(world, (await refresh(world, session.token)).token)).toMatchObject({
    expiresAt: '2026-01-31T00:00:00.000Z',
  })
})
