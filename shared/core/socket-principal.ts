import { Fault } from '../faults.ts'
import { findTicket, spendTicket } from '../store/socket-tickets.ts'
import { digest } from '../store/table.ts'
import type { Write } from '../store/transact.ts'
import type { World } from '../world.ts'
import { authenticate } from './authenticate.ts'
import { type Bearer, credentialStands } from './credential-stands.ts'
import { need, type Principal } from './principal.ts'
import { noRun } from './refusal.ts'
import { unauthorized } from './refused-credential.ts'

/** Who wants to watch, and what is to be written so that his ticket opens nothing else. */
export interface Watcher extends Bearer {
  spending: Write[]
  /** @throws {Fault} `forbidden` unless he may read runs. */
  needRight(): void
}

/** What a handshake offers as its subprotocols. */
interface Offer {
  /** The product's own was among them. */
  sluice: boolean
  /** What came behind `bearer.`. */
  secret: string | undefined
}

/**
 * What the subprotocols of a handshake say (conventions.md §1).
 *
 * @throws {Fault} `invalid_request` for a credential without `sluice` beside it, which alone may be selected, or for two.
 */
export function readOffer(header = ''): Offer {
  const offered = header.split(',').map((name) => name.trim())
  const secrets = offered.filter((name) => name.startsWith('bearer.')).map((name) => name.slice(7))
  const sluice = offered.includes('sluice')
  if (secrets.length > 1) throw badOffer('one credential')
  if (secrets.length === 1 && !sluice) throw badOffer('sluice beside the credential')
  return { sluice, secret: secrets[0] }
}

/**
 * Who wants to watch a run: by the Authorization header, or by what a browser put among its subprotocols.
 *
 * @throws {Fault} `unauthorized`, `invalid_request` for two credentials, `not_found` for a ticket of another run.
 */
export async function watcherOf(
  world: World,
  { authorization, secret }: { authorization: string | undefined; secret: string | undefined },
  runId: string,
): Promise<Watcher> {
  if (authorization !== undefined && secret !== undefined) throw badOffer('one credential')
  if (secret?.startsWith(ticketPrefix)) return await byTicket(world, secret, runId)
  const principal = await authenticate(world, secret === undefined ? authorization : `Bearer ${secret}`)
  return { ...bearerOf(principal), spending: [], needRight: () => need(principal, 'runs:read') }
}

/** What tickets begin with. */
export const ticketPrefix = 'tkt_'

async function byTicket(world: World, ticket: string, runId: string): Promise<Watcher> {
  const sha256 = digest(ticket)
  const row = await findTicket(world, sha256)
  if (row === null || row.expiresAt <= world.clock.now()) throw unauthorized()
  if (row.runId !== runId) throw noRun()
  if (!(await credentialStands(world, row))) throw unauthorized()
  const { orgId, accountId, credential, until } = row
  // The right was judged when the ticket was made.
  return { orgId, accountId, credential, until, spending: [spendTicket(sha256)], needRight() {} }
}

/** What of a caller decides whether he may go on watching. */
export function bearerOf({ orgId, accountId, actor, sessionId, until = null }: Principal): Bearer {
  if (accountId === null)
    return {
      orgId,
      accountId: digest(actor),
      credential: { kind: 'OIDC', id: digest(issuerOf(actor)) },
      until,
    }
  const credential =
    sessionId === null
      ? { kind: 'KEY' as const, id: actor.replace(/^key:/, '') }
      : { kind: 'SESS' as const, id: sessionId }
  return { orgId, accountId, credential, until }
}

/** Who calls without an account is `oidc:<issuer>#<sub>`, and no issuer has a `#`. */
function issuerOf(actor: string): string {
  const [, issuer] = /^oidc:([^#]+)#/.exec(actor) ?? []
  if (issuer === undefined) throw new Error('Whoever watches has an account, or comes from an issuer')
  return issuer
}

function badOffer(needed: string): Fault {
  return new Fault('invalid_request', `The handshake must offer ${needed}`, {
    issues: [{ path: 'Sec-WebSocket-Protocol', code: 'invalid_header', message: `offer ${needed}` }],
  })
}
