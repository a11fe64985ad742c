import { instant } from '../aws/clock.ts'
import { putAccount } from '../store/account-changes.ts'
import type { AccountRow } from '../store/accounts.ts'
import { type OrganisationRow, offerDefaultOrganisation, putOrganisation } from '../store/organisations.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { emailTaken, newAccount } from './accounts.ts'
import { audited } from './audit.ts'
import { checkNames, slugTaken } from './organisation-names.ts'

/** What a new organisation begins with. */
export interface NewOrganisation {
  name: string
  /** `a-z`, `0-9` and `-`. @default made of the name */
  slug?: string
  /** Its first admin. */
  email: string
  password: string
  /** @default Admin */
  accountName?: string
}

/**
 * Makes an organisation and its first admin, both or neither.
 *
 * @throws {Fault} `validation_failed` (name, slug, password, e-mail); `conflict` reason `slug_taken` or `email_taken`.
 */
export async function createOrganisation(
  world: World,
  { name, slug = slugOf(name), email, password, accountName = 'Admin' }: NewOrganisation,
): Promise<{ organisation: OrganisationRow; account: AccountRow }> {
  checkNames({ name, slug })
  const createdAt = instant(world.clock.now())
  const organisation = { id: world.ids.uuid(), name: name.trim().normalize('NFC'), slug, createdAt }
  const admin = { name: accountName, email, password, role: 'admin' as const }
  const account = await newAccount(world, organisation.id, admin)
  const written = await transact(world, [
    ...putOrganisation(organisation),
    ...putAccount(account),
    audited(world, organisation.id, {
      actor: 'system',
      action: 'organisation.created',
      target: organisation.id,
    }),
  ])
  if (written.ok) {
    await offerDefaultOrganisation(world, organisation.id)
    return { organisation, account }
  }
  // The second write is the lock on the slug.
  if (written.found[1] === undefined) throw emailTaken()
  throw slugTaken()
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 63)
    .replace(/-$/, '')
}
