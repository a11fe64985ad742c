import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { type AccountRow, emailKey, putAccount } from '../store/accounts.ts'
import { type OrganisationRow, putOrganisation } from '../store/organisations.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { checkPassword, hashPassword } from './passwords.ts'

/** What a new organisation begins with. */
export interface NewOrganisation {
  name: string
  /** @default made of the name */
  slug?: string
  /** Its first admin. */
  email: string
  password: string
}

/**
 * Makes an organisation and its first admin, both or neither.
 *
 * @throws {Fault} `validation_failed` (password, e-mail); `conflict` if slug or e-mail is taken.
 */
export async function createOrganisation(
  world: World,
  { name, slug = slugOf(name), email, password }: NewOrganisation,
): Promise<{ organisation: OrganisationRow; account: AccountRow }> {
  checkPassword(password)
  if (!/^[^\s@]+@[^\s@]+$/.test(email))
    throw new Fault('validation_failed', 'The e-mail address is none', {
      issues: [{ path: '/email', code: 'email', message: 'email must be an e-mail address' }],
    })
  const at = instant(world.clock.now())
  const organisation: OrganisationRow = { id: world.ids.uuid(), name, slug, createdAt: at }
  const account: AccountRow = {
    id: world.ids.uuid(),
    orgId: organisation.id,
    name: 'Admin',
    email: emailKey(email),
    role: 'admin',
    passwordHash: await hashPassword(password),
    createdAt: at,
    updatedAt: at,
  }
  const written = await transact(world, [...putOrganisation(organisation), ...putAccount(account)])
  if (!written.ok) throw new Fault('conflict', 'The slug or the e-mail address is taken', { reason: 'taken' })
  return { organisation, account }
}

function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  if (slug === '') throw new Fault('validation_failed', 'The name makes no slug: give one')
  return slug
}
