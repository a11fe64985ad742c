import { Fault } from '../faults.ts'
import { type Role, type Scope, scopesOf } from './roles.ts'

export type { Role, Scope } from './roles.ts'

/** Who calls: made from a credential by `authenticate`, never from anything else in a request. */
export interface Principal {
  orgId: string
  /** As stored with what was done: `user:<account>`, `key:<id>` or `system`. */
  actor: string
  /** The account, or the maker of the key. */
  accountId: string | null
  email: string | null
  /** The account's role now. */
  role: Role
  /** What the key is allowed; null for a session, which may do what its role may. */
  scopes: Scope[] | null
  /** The session; null for a key. */
  sessionId: string | null
  /** When token or key runs out, in milliseconds since 1970; null or absent = it does not. */
  until?: number | null
  /** Holds one run and nothing else: the starter of a shared flow. */
  holds?: { runId: string; allowApproval: boolean }
  /** In whose name a vote counts. @default the account, else the actor */
  voter?: string
  /** For the audit record: where the request came from. */
  address?: string
  requestId?: string
}

/** In whose name a vote of this caller counts: the same over all the ways that somebody may come. */
export function voterOf({ voter, accountId, actor }: Principal): string {
  return voter ?? accountId ?? actor
}

/** Whether the caller may: the role gives it and, for a key, its scopes have it. */
export function may({ role, scopes }: Principal, scope: Scope): boolean {
  return scopesOf[role].has(scope) && (scopes === null || scopes.includes(scope))
}

/** @throws {Fault} `forbidden` unless the caller may. */
export function need(principal: Principal, scope: Scope): void {
  if (!may(principal, scope)) throw new Fault('forbidden', 'The role or the key does not allow this')
}

/** @throws {Fault} `forbidden` for API keys: some things are a signed-in person's alone. */
export function needSession({ sessionId, actor }: Principal): void {
  if (sessionId === null && actor !== 'system' && !actor.startsWith('user:'))
    throw new Fault('forbidden', 'An API key may not do this: sign in')
}
