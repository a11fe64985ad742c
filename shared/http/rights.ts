import { authenticate } from '../core/authenticate.ts'
import { may, type Principal, type Scope } from '../core/principal.ts'
import { Fault } from '../faults.ts'
import type { World } from '../world.ts'
import type { HttpRequest, Under } from './exchange.ts'
import { lookUp } from './objects.ts'
import type { Route } from './route.ts'

/** Who calls an open route, or one that judges the token itself. */
const nobody: Principal = {
  orgId: '',
  actor: 'nobody',
  accountId: null,
  email: null,
  role: 'viewer',
  scopes: [],
  sessionId: null,
}

/** True if the route is served to whoever calls. */
export function isOpen({ auth }: Route): boolean {
  return auth === 'open'
}

/** True if any web page may call: it brings its capability itself. */
export function isForAnyPage(route: Route): boolean {
  return isOpen(route) || (route.auth === 'bearer' && route.resumeToken !== undefined)
}

/** True if the call is made in somebody's name, who is known before the route's own work. */
export function isSigned(route: Route): boolean {
  return route.auth === 'bearer' || (route.auth === 'session' && !route.judgesToken)
}

/**
 * Who calls, from the Authorization header alone.
 *
 * @throws {Fault} `unauthorized`, the same for every cause; `invalid_request` for two credentials.
 */
export async function signIn(
  { world, request, requestId }: Under,
  route: Route,
  params: Record<string, string>,
): Promise<Principal> {
  if (!isSigned(route)) return nobody
  const holder = await holderFor(world, request, route, params)
  if (holder) return { ...holder, address: request.address, requestId }
  const header = request.headers.authorization
  if (header !== undefined && /,\s*(bearer|basic)\s/i.test(header))
    throw new Fault('invalid_request', 'A request carries one credential', {
      issues: [{ path: 'Authorization', code: 'invalid_header', message: 'send one Authorization header' }],
    })
  const principal = await authenticate(world, header)
  return { ...principal, address: request.address, requestId }
}

/** Who comes with a `Resume-Token` to a route that takes one. */
async function holderFor(
  world: World,
  { headers }: HttpRequest,
  route: Route,
  params: Record<string, string>,
): Promise<Principal | null> {
  const token = headers['resume-token']
  if (token === undefined || route.auth !== 'bearer' || route.resumeToken === undefined) return null
  if (headers.authorization !== undefined)
    throw new Fault('invalid_request', 'A request carries one credential', {
      issues: [{ path: 'Resume-Token', code: 'invalid_header', message: 'send it without Authorization' }],
    })
  const { holderOf } = await import('../core/resume-token.ts')
  return await holderOf(world, token, params[route.resumeToken] ?? '')
}

/**
 * Whether this caller may. What another organisation has does not exist, before anything is said of rights
 * (conventions.md §2).
 *
 * @throws {Fault} `forbidden`, `not_found`, `unauthorized` for keys where the route says so.
 */
export async function allow(
  world: World,
  route: Route,
  principal: Principal,
  params: Record<string, string>,
  scopes: readonly Scope[],
): Promise<void> {
  if (!isSigned(route)) return
  // What it holds is the run of this very path.
  if (principal.holds || isOwnAccount(route, principal, params)) return
  const refused = refusal(route, principal, scopes)
  if (refused === null) return
  for (const [name, kind] of Object.entries(route.objects))
    await lookUp[kind]?.(world, principal.orgId, params[name] ?? '')
  throw refused
}

/** One's own account, by its id or as `me`; for people alone. */
function isOwnAccount(
  route: Route,
  { sessionId, accountId }: Principal,
  params: Record<string, string>,
): boolean {
  if (route.auth !== 'bearer' || route.ownAccount === undefined || sessionId === null) return false
  const named = params[route.ownAccount]
  return named === 'me' || named === accountId
}

function refusal(route: Route, principal: Principal, scopes: readonly Scope[]): Fault | null {
  if (route.auth === 'session' && principal.sessionId === null)
    return route.keysAre === 'unauthorized'
      ? new Fault('unauthorized', 'A valid credential is needed')
      : new Fault('forbidden', 'An API key may not do this: sign in')
  if (scopes.every((scope) => may(principal, scope))) return null
  return new Fault('forbidden', 'The role or the key does not allow this')
}

/** The credential as it came, for routes that judge it themselves. */
export function bearerOf({ headers }: HttpRequest): string {
  return /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
}
