import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { changeAccountRow } from '../store/account-changes.ts'
import { findAccount } from '../store/accounts.ts'
import { listOrganisations } from '../store/organisations.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { audited } from './audit.ts'
import { createOrganisation } from './organisations.ts'
import { hashPassword } from './passwords.ts'

const orders = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('create-organisation'),
    name: z.string(),
    email: z.string(),
    slug: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('list-organisations') }),
  z.strictObject({ do: z.literal('reset-password'), email: z.string() }),
])

/** What the operator of a deployment may have done, beside everything that admins do over HTTP. */
export type OperatorOrder = z.infer<typeof orders>

/** An organisation as its operator sees it. */
export interface ListedOrganisation {
  id: string
  name: string
  slug: string
  createdAt: string
}

/** What came of an order. Passwords are told here once, and are nowhere else. */
export type Operated =
  | { organisations: ListedOrganisation[] }
  | { organisation: ListedOrganisation; email: string; password: string }
  | { email: string; password: string }

/**
 * Does what the operator asks for. Whoever may invoke the function is the operator: no right is looked at here.
 *
 * @throws {Fault} `invalid_request` for an order that there is not; `not_found` for an e-mail that nobody has; whatever
 *   `createOrganisation` throws.
 */
export async function operate(world: World, order: unknown): Promise<Operated> {
  const read = orders.safeParse(order)
  if (!read.success) throw new Fault('invalid_request', z.prettifyError(read.error))
  switch (read.data.do) {
    case 'create-organisation':
      return await begin(world, read.data)
    case 'list-organisations':
      return { organisations: (await listOrganisations(world)).map(listed) }
    case 'reset-password':
      return await resetPassword(world, read.data.email)
  }
}

async function begin(
  world: World,
  { name, email, slug }: Extract<OperatorOrder, { do: 'create-organisation' }>,
): Promise<Operated> {
  const password = newPassword()
  const { organisation, account } = await createOrganisation(world, {
    ...{ name, email, password },
    ...(slug === undefined ? {} : { slug }),
  })
  return { organisation: listed(organisation), email: account.email, password }
}

/** Gives an account a new password; whoever was signed in to it no longer is. */
async function resetPassword(world: World, email: string): Promise<Operated> {
  const password = newPassword()
  const passwordHash = await hashPassword(password)
  for (;;) {
    const before = await findAccount(world, email)
    if (before === null) throw new Fault('not_found', `No account has the e-mail address ${email}`)
    const updatedAt = instant(world.clock.now())
    const after = { ...before, passwordHash, epoch: before.epoch + 1, updatedAt }
    const entry = { actor: 'system', action: 'account.password_reset', target: before.id }
    const written = await transact(world, [
      ...changeAccountRow(before, after),
      audited(world, before.orgId, entry),
    ])
    // Else somebody has changed the account since.
    if (written.ok) return { email: before.email, password }
  }
}

function newPassword(): string {
  return randomBytes(15).toString('base64url')
}

function listed({ id, name, slug, createdAt }: ListedOrganisation): ListedOrganisation {
  return { id, name, slug, createdAt }
}
