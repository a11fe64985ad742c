import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAccount, deleteAccount, listAccounts, readAccount } from '../../shared/core/accounts.ts'
import { changeAccount } from '../../shared/core/change-account.ts'
import { createOrganisation } from '../../shared/core/organisations.ts'
import type { Principal } from '../../shared/core/principal.ts'
import { listSecretRows, putSecretWrite } from '../../shared/store/secrets.ts'
import { transact } from '../../shared/store/transact.ts'
import type { World } from '../../shared/world.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { found, join, password, signedIn, tokenFor } from './people.ts'

let opened: TestWorld
let world: World
let admin: Principal
let user: Principal
beforeEach(async () => {
  opened = await openTestWorld()
  world = opened.world
  admin = await found(world, 'acme')
  user = await join(world, admin, 'user', 'u@acme.example')
})
afterEach(() => opened.close())

const id = (who: Principal) => who.accountId!
const lastAdmin = { code: 'conflict', details: { reason: 'last_admin' } }
const emailTaken = { code: 'conflict', details: { reason: 'email_taken' } }

describe('an organisation', () => {
  test('is made with its first admin, or not at all', async () => {
    const before = await count()

    await expect(
      createOrganisation(world, { name: 'Other', slug: 'other', email: 'U@acme.example', password }),
    ).rejects.toMatchObject(emailTaken)
    await expect(
      createOrganisation(world, { name: 'ACME', email: 'new@acme.example', password }),
    ).rejects.toMatchObject({ code: 'conflict', details: { reason: 'slug_taken' } })

    expect(await count()).toBe(before)
  })

  test.each([
    ['no name', { name: ' ', slug: 'x' }, '/name'],
    ['a slug of other letters', { slug: 'A b' }, '/slug'],
    ['a name that makes no slug', { name: '東京' }, '/slug'],
    ['no e-mail address', { email: 'x' }, '/email'],
    ['a short password', { password: 'short' }, '/password'],
  ])('with %s is refused', async (_, change, path) => {
    const content = { name: 'New', email: 'new@new.example', password, ...change }

    await expect(createOrganisation(world, content)).rejects.toMatchObject({
      code: 'validation_failed',
      details: { issues: [expect.objectContaining({ path })] },
    })
  })

  async function count() {
    return (await world.db.send(new ScanCommand({ TableName: world.settings.table }))).Count
  }
})

describe('a new account', () => {
  test('belongs to the organisation of the admin who made it, and may sign in', async () => {
    const made = await createAccount(world, admin, {
      name: ' Zoë ',
      email: ' Zoe@ACME.example ',
      password,
    })

    expect(made).toEqual({
      id: made.id,
      name: 'Zoë',
      email: 'zoe@acme.example',
      role: 'user',
      createdAt: made.createdAt,
      updatedAt: made.createdAt,
    })
    expect((await signedIn(world, 'ZOE@acme.example')).orgId).toBe(admin.orgId)
    expect(await readAccount(world, admin, made.id)).toEqual(made)
  })

  test('with an e-mail that is taken anywhere is refused', async () => {
    const other = await found(world, 'other')

    await expect(
      createAccount(world, other, { name: 'x', email: 'U@ACME.example', password }),
    ).rejects.toMatchObject(emailTaken)
  })

  test('with several faults is refused with all of them', async () => {
    const content = { name: '', email: 'x', password: 'short', role: 'owner' }

    await expect(createAccount(world, admin, content as never)).rejects.toMatchObject({
      code: 'validation_failed',
      details: {
        issues: ['/name', '/email', '/password', '/role'].map((path) => expect.objectContaining({ path })),
      },
    })
  })
})

describe('C3 who is no admin', () => {
  test('makes, lists, reads, changes and deletes no account but his own', async () => {
    const forbidden = { code: 'forbidden' }
    const viewer = await join(world, admin, 'viewer', 'v@acme.example')

    for (const who of [user, viewer]) {
      await expect(
        createAccount(world, who, { name: 'x', email: 'x@acme.example', password }),
      ).rejects.toMatchObject(forbidden)
      await expect(listAccounts(world, who, { limit: 10 })).rejects.toMatchObject(forbidden)
      await expect(readAccount(world, who, id(admin))).rejects.toMatchObject(forbidden)
      await expect(changeAccount(world, who, id(admin), { name: 'x' })).rejects.toMatchObject(forbidden)
      await expect(deleteAccount(world, who, id(who))).rejects.toMatchObject(forbidden)
      await expect(changeAccount(world, who, id(who), { role: 'admin' })).rejects.toMatchObject(forbidden)
      expect((await readAccount(world, who, id(who))).id).toBe(id(who))
      expect((await changeAccount(world, who, id(who), { name: 'Renamed' })).name).toBe('Renamed')
    }
  })
})

test('A1 accounts of another organisation do not exist', async () => {
  const other = await found(world, 'other')

  const missing = { code: 'not_found', message: 'There is no such account' }
  await expect(readAccount(world, other, id(user))).rejects.toMatchObject(missing)
  await expect(changeAccount(world, other, id(user), { name: 'x' })).rejects.toMatchObject(missing)
  await expect(deleteAccount(world, other, id(user))).rejects.toMatchObject(missing)
  await expect(readAccount(world, other, crypto.randomUUID())).rejects.toMatchObject(missing)
})

describe('a change', () => {
  test('of the e-mail moves the name to sign in with, and frees the old one', async () => {
    await changeAccount(world, user, id(user), { email: 'New@acme.example' })

    await expect(tokenFor(world, 'u@acme.example')).rejects.toMatchObject({ code: 'unauthorized' })
    expect((await signedIn(world, 'new@acme.example')).accountId).toBe(user.accountId)
    await join(world, admin, 'user', 'u@acme.example')
    await expect(changeAccount(world, user, id(user), { email: 'admin@acme.example' })).rejects.toMatchObject(
      emailTaken,
    )
  })

  test('of one’s own password needs the present one', async () => {
    const next = { password: 'another horse' }

    await expect(changeAccount(world, user, id(user), next)).rejects.toMatchObject({
      code: 'invalid_request',
      details: { issues: [expect.objectContaining({ path: '/currentPassword' })] },
    })
    await expect(
      changeAccount(world, user, id(user), { ...next, currentPassword: 'wrong horse' }),
    ).rejects.toMatchObject({ code: 'validation_failed' })
    await changeAccount(world, user, id(user), { ...next, currentPassword: password })

    await expect(tokenFor(world, 'u@acme.example')).rejects.toMatchObject({ code: 'unauthorized' })
    expect((await signedIn(world, 'u@acme.example', 'another horse')).accountId).toBe(user.accountId)
  })

  test('B13 wrong present passwords are counted like failed sign-ins', async () => {
    const wrong = { password: 'another horse', currentPassword: 'wrong horse' }
    for (let i = 0; i < 10; i++) await changeAccount(world, user, id(user), wrong).catch(() => {})

    await expect(changeAccount(world, user, id(user), wrong)).rejects.toMatchObject({ code: 'rate_limited' })
  })

  test('that changes nothing leaves the account as it is', async () => {
    const before = await readAccount(world, admin, id(user))

    expect(
      await changeAccount(world, admin, id(user), { name: before.name, email: before.email, role: 'user' }),
    ).toEqual(before)
  })
})

describe('C7 the last admin', () => {
  test('is neither deleted nor demoted', async () => {
    await expect(deleteAccount(world, admin, id(admin))).rejects.toMatchObject(lastAdmin)
    await expect(changeAccount(world, admin, id(admin), { role: 'user' })).rejects.toMatchObject(lastAdmin)
  })

  test('is left when two remove each other at once', async () => {
    const second = await join(world, admin, 'admin', 'second@acme.example')

    const tries = await Promise.allSettled([
      deleteAccount(world, admin, id(second)),
      changeAccount(world, second, id(admin), { role: 'viewer' }),
    ])

    const { accounts } = await listAccounts(world, { ...admin, role: 'admin' }, { role: 'admin', limit: 10 })
    expect(accounts).toHaveLength(1)
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

test('a deleted account takes its secrets with it, and no others', async () => {
  const secret = (owner: string) => ({
    ...{ orgId: admin.orgId, owner, key: 'KEY', ciphertext: 'x' },
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  })
  for (const owner of [id(user), id(admin), 'organisation'])
    await transact(world, [putSecretWrite(secret(owner), true)])

  await deleteAccount(world, admin, id(user))

  const left = async (owner: string) => (await listSecretRows(world, admin.orgId, owner)).length
  expect([await left(id(user)), await left(id(admin)), await left('organisation')]).toEqual([0, 1, 1])
})

test('a deleted account is gone from every list, and its e-mail is free', async () => {
  await deleteAccount(world, admin, id(user))

  const page = await listAccounts(world, admin, { limit: 10 })
  expect(page).toMatchObject({ total: 1, accounts: [{ email: 'admin@acme.example' }] })
  await expect(readAccount(world, admin, id(user))).rejects.toMatchObject({ code: 'not_found' })
  expect((await join(world, admin, 'viewer', 'u@acme.example')).role).toBe('viewer')
})
