import type { JsonObject } from '../world.ts'

/** By which name a user is meant. */
export type UserName = { email: string } | { userId: string }

/** A user as a flow sees him; never his password. */
export interface FoundUser {
  userId: string
  email: string
  attributes: JsonObject
}

/** The organisation's end users (core/users.ts). */
export interface UserTools {
  /**
   * Makes a user. The same visit of a step makes one user, however often it is tried.
   *
   * @throws {StepError} `User.BadEmail`, `User.BadPassword`, `User.BadAttributes`.
   */
  create(user: {
    email: string
    password: string | null
    attributes: JsonObject
  }): Promise<{ userId: string; exists: boolean }>
  find(name: UserName): Promise<FoundUser | null>
  /**
   * Takes as long for a user that there is not, or that has no password.
   *
   * @throws {StepError} `User.TooManyAttempts`
   */
  verifyPassword(name: UserName, password: string): Promise<string | null>
  /** @returns false if there is no such user. @throws {StepError} `User.BadPassword` */
  setPassword(userId: string, password: string): Promise<boolean>
}

/** A one-time code that is sent. */
export interface CodeOrder {
  to: string
  purpose: string
  /** Digits. */
  length: number
  ttlSeconds: number
  /** https address with `{code}`, for those who rather follow a link. */
  link: string | null
  /** It and `text` with `{code}`, and `{link}` if there is one. */
  subject: string | null
  text: string | null
  /** False: everything is done but the sending, so that an address that nobody has looks like any other. */
  deliver: boolean
}

/** One-time codes (core/codes.ts). */
export interface CodeTools {
  /** @throws {StepError} `Code.TooManySends`, `Code.TooManyTries`, and as `sendMail`. */
  send(order: CodeOrder): Promise<{ sentTo: string; expiresAt: string }>
  /** A code is good once; the same visit of a step is told the same again. */
  check(tried: { to: string; purpose: string; code: string }): Promise<{
    valid: boolean
    attemptsLeft: number
  }>
}

/** Kinds of tickets that a flow hands out. */
export type TicketKind = 'reset-ticket' | 'invitation'

/** What a ticket stands for. */
export interface TicketHolder {
  userId: string | null
  email: string | null
  claims: JsonObject
}

/** Tickets and assertions (core/tickets.ts). */
export interface TicketTools {
  /** @returns the ticket sealed: records hide it, working steps and the journey's own client are given it. */
  issue(
    kind: TicketKind,
    holder: TicketHolder,
    ttlSeconds: number,
  ): Promise<{ ticket: string; expiresAt: string }>
  /** A JWT that tells an app who has signed in; sealed likewise. */
  assert(of: {
    userId: string
    audience: string
    claims: JsonObject
    ttlSeconds: number
  }): Promise<{ assertion: string; expiresAt: string }>
  /** @param consume a ticket that is good is good no more. @returns null for a ticket that is none. */
  check(kind: TicketKind, ticket: string, consume: boolean): Promise<TicketHolder | null>
}

/** A passkey of a user. */
export interface Passkey {
  /** base64url. */
  credentialId: string
  userId: string
  /** COSE key as base64url. */
  publicKey: string
  counter: number
  transports: string[]
}

/** The organisation's passkeys, for the step that asks for one (core/passkeys.ts). */
export interface PasskeyTools {
  /** Of the user whom the question names. */
  known: Passkey[]
  find(credentialId: string): Promise<Passkey | null>
  /** @returns false if somebody has a passkey of that id. */
  keep(passkey: Passkey): Promise<boolean>
  /** Notes its use. @returns false if its counter has not risen: it may be a copy. */
  count(passkey: Passkey, counter: number): Promise<boolean>
}
