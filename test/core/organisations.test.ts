import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiKey } from '../../shared/core/api-keys.ts'
import { createOrganisation } from '../../shared/core/organisations.ts'
import { findAccount, getAccount } from '../../shared/store/accounts.ts'
import { getOrganisation } from '../../shared/store/organisations.ts'
import type { World } from '../../shared/world.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { found, password } from './people.ts'

let opened: TestWorld
let world: World
beforeAll(async () => {
  opened = await openTestWorld()
  world = opened.world
})
afterAll(() => opened.close())

describe('the slug made of a name', () => {
  test.each([
    ['Acme & Söhne GmbH!', 'acme-s-hne-gmbh'],
    ['  --Acme--  ', 'acme'],
    [`${'a'.repeat(62)} and more`, 'a'.repeat(62)],
    [`${'b'.repeat(150)}`, 'b'.repeat(63)],
  ])('is short and plain: %s', async (name, slug) => {
    const email = `${slug.slice(0, 20)}@slug.example`

    expect((await createOrganisation(world, { name, email, password })).organisation.slug).toBe(slug)
  })
})

test('half a character is refused in a name', async () => {
  const admin = await found(world, 'half')
  const refused = { code: 'validation_failed', details: { issues: [{ path: '/name' }] } }

  await expect(
    createOrganisation(world, { name: 'a\ud800', slug: 'half-2', email: 'h@half.example', password }),
  ).rejects.toMatchObject(refused)
  await expect(createApiKey(world, admin, { name: 'a\udc00', scopes: ['runs:read'] })).rejects.toMatchObject(
    refused,
  )
})

test('A1 of many who take one slug and one e-mail at once, one has both and nothing is left of the others', async () => {
  const tries = await Promise.allSettled(
    Array.from({ length: 6 }, (_, i) =>
      createOrganisation(i % 2 ? world : opened.another(), {
        name: `Race ${i}`,
        slug: i < 3 ? 'race' : `race-${i}`,
        email: i < 3 ? `r${i}@race.example` : 'r@race.example',
        password,
      }),
    ),
  )

  const made = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const reasons = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason.details.reason] : []))
  expect(made.length).toBe(2)
  expect(reasons.toSorted()).toEqual(['email_taken', 'email_taken', 'slug_taken', 'slug_taken'])
  for (const { organisation, account } of made) {
    expect(await getOrganisation(world, organisation.id)).toMatchObject(organisation)
    expect(await getAccount(world, organisation.id, account.id)).toMatchObject(account)
  }
  const winner = made.find(({ account }) => account.email !== 'r@race.example')!
  for (const i of [0, 1, 2]) {
    const mine = winner.account.email === `r${i}@race.example`
    expect((await findAccount(world, `r${i}@race.example`))?.id).toBe(mine ? winner.account.id : undefined)
  }
})
