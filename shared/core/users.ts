import { instant } from '../aws/clock.ts'
import { StepError } from '../step-error.ts'
import type { FoundUser, UserName, UserTools } from '../steps/user-tools.ts'
import { emailKey } from '../store/accounts.ts'
import { countTry, forgetTries, uncountTry } from '../store/login-failures.ts'
import { putStrongerHash } from '../store/stronger-hash.ts'
import { digest, keys } from '../store/table.ts'
import { changePassword, getUser, idOfEmail, putUser, type UserRow } from '../store/users.ts'
import type { JsonObject, World } from '../world.ts'
import { hashPassword, isWeak, passwordIssues, verifyNobody, verifyPassword } from './passwords.ts'
import { uuidOf } from './step-key.ts'

/** Wrong passwords for one name, and in which time. */
const mostFailures = 10
const failureWindowMs = 15 * 60_000
/** Longest text that is hashed, in characters. */
const longestPassword = 128
const mostAttributeBytes = 8 * 1024

/** The end users of the organisation whose flow runs, for one visit of a step. */
export function usersFor(world: World, orgId: string, effectKey: string): UserTools {
  return {
    create: (user) => create(world, orgId, effectKey, user),
    async find(name) {
      const row = await find(world, orgId, name)
      return row && foundUser(row)
    },
    verifyPassword: (name, password) => verify(world, orgId, name, password),
    setPassword: (userId, password) => setPassword(world, orgId, userId, password),
  }
}

async function create(
  world: World,
  orgId: string,
  effectKey: string,
  { email, password, attributes }: Parameters<UserTools['create']>[0],
): Promise<{ userId: string; exists: boolean }> {
  const id = uuidOf(`user ${orgId} ${effectKey}`)
  const at = now(world)
  const row: UserRow = {
    ...{ id, orgId, email: readEmail(email), attributes: readAttributes(attributes) },
    // Hashed before anybody is looked for: who is there already shall not be told by the time it takes.
    ...(password === null ? {} : { passwordHash: await hashed(password), passwordChangedAt: at }),
    ...{ createdAt: at, updatedAt: at, rev: 1 },
  }
  const userId = await putUser(world, row)
  return { userId, exists: userId !== id }
}

async function find(world: World, orgId: string, name: UserName): Promise<UserRow | null> {
  const id = 'userId' in name ? name.userId : await idOfEmail(world, orgId, emailKey(name.email))
  return await getUser(world, orgId, id !== null && isId(id) ? id : 'none')
}

/** What comes from outside may be as long as a key cannot be. */
function isId(text: string): boolean {
  return /^[\da-f-]{36}$/.test(text)
}

function foundUser({ id, email, attributes }: UserRow): FoundUser {
  return { userId: id, email, attributes: JSON.parse(attributes) as JsonObject }
}

async function verify(world: World, orgId: string, name: UserName, password: string): Promise<string | null> {
  const row = await find(world, orgId, name)
  const scope = tries(orgId, row?.id ?? ('userId' in name ? name.userId : emailKey(name.email)))
  const moment = world.clock.now()
  const limits = { now: moment, windowMs: failureWindowMs, most: mostFailures }
  if ((await countTry(world, scope, limits)) !== null)
    throw new StepError('User.TooManyAttempts', 'Too many wrong passwords: try again later')
  const passwordHash = row?.passwordHash
  const right =
    passwordHash !== undefined && password.length <= longestPassword * 2
      ? await verifyPassword(password, passwordHash)
      : await verifyNobody(password.slice(0, longestPassword))
  if (!right || row === null || passwordHash === undefined) return null
  await uncountTry(world, scope, moment)
  if (isWeak(passwordHash))
    await putStrongerHash(world, keys.user(row.orgId, row.id), {
      weak: passwordHash,
      strong: await hashPassword(password),
    })
  return row.id
}

/** Counted by user, whichever of his names is used; by the name, where nobody has it. */
function tries(orgId: string, named: string): string {
  return `user-login#${orgId}#${digest(named)}`
}

async function setPassword(world: World, orgId: string, userId: string, password: string): Promise<boolean> {
  const passwordHash = await hashed(password)
  if (!isId(userId)) return false
  if (!(await changePassword(world, { orgId, id: userId }, { passwordHash, at: now(world) }))) return false
  // Whoever was locked out and has proved himself another way need not wait.
  await forgetTries(world, tries(orgId, userId), world.clock.now())
  return true
}

async function hashed(password: string): Promise<string> {
  if (passwordIssues(password).length > 0)
    throw new StepError('User.BadPassword', 'A password has 8 to 128 characters')
  return await hashPassword(password)
}

function readEmail(text: string): string {
  const email = emailKey(text)
  const [name, domain, ...more] = email.split('@')
  const clean = email.length <= 254 && email.isWellFormed() && !/[\s\p{Cc}]/u.test(email)
  if (clean && name && domain?.includes('.') && more.length === 0) return email
  throw new StepError('User.BadEmail', 'email is no e-mail address')
}

function readAttributes(attributes: JsonObject): string {
  const text = JSON.stringify(attributes)
  if (Buffer.byteLength(text) <= mostAttributeBytes) return text
  throw new StepError('User.BadAttributes', `attributes may have ${mostAttributeBytes} bytes`)
}

function now({ clock }: World): string {
  return instant(clock.now())
}
