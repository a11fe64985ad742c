import { createAccount } from '../../shared/core/accounts.ts'
import { authenticate } from '../../shared/core/authenticate.ts'
import { createOrganisation } from '../../shared/core/organisations.ts'
import type { Principal } from '../../shared/core/principal.ts'
import type { Role } from '../../shared/core/roles.ts'
import { logIn } from '../../shared/core/sign-in.ts'
import type { World } from '../../shared/world.ts'

export const password = 'correct horse'

/** Makes an organisation and signs its admin in. */
export async function found(world: World, slug: string): Promise<Principal> {
  const email = `admin@${slug}.example`
  await createOrganisation(world, { name: slug, slug, email, password })
  return await signedIn(world, email)
}

/** Makes an account of a role and signs it in. */
export async function join(world: World, admin: Principal, role: Role, email: string): Promise<Principal> {
  await createAccount(world, admin, { name: role, email, password, role })
  return await signedIn(world, email)
}

/** Signs somebody in and says who that is. */
export async function signedIn(world: World, email: string, secret = password): Promise<Principal> {
  return await authenticate(world, `Bearer ${await tokenFor(world, email, secret)}`)
}

/** Signs somebody in. */
export async function tokenFor(world: World, email: string, secret = password): Promise<string> {
  return (await logIn(world, { username: email, password: secret, address: '127.0.0.1' })).token
}
