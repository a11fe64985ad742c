import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Verify } from './trigger.ts'

/** What is signed, and by what a sender shows it. */
export interface Delivery {
  /** A header by its name in lower case. */
  header(name: string): string | undefined
  /** The body as it came. */
  bytes: Uint8Array
}

/** What a sender claims, read from the headers alone. */
interface Claim {
  /** What stands before the body in the signed text. */
  before: string
  /** The signatures given; one that is right is enough. */
  given: Buffer[]
  /** When it was sent, in seconds since 1970; absent = the scheme does not say. */
  sentAt?: number
  /** Bytes of the key in a secret; null if the secret is no such key. @default the text itself */
  keyIn?: (secret: string) => Uint8Array | null
}

/** How far the sender's clock may differ, in seconds. */
const toleranceSeconds = 300
/** More signatures than a rotation needs are not looked at. */
const mostSignatures = 10

/** True if the headers have the form of the scheme: without it no secret needs to be looked up. */
export function claimsToBeSigned(verify: Verify, delivery: Delivery, now: number): boolean {
  if (verify.kind === 'header') return delivery.header(verify.header.toLowerCase()) !== undefined
  const claim = claimOf(verify, delivery)
  return claim !== null && claim.given.length > 0 && isTimely(claim, now)
}

/**
 * True if the body is as the holder of the secret sent it, within five minutes where the scheme has a time. Compares in
 * constant time.
 *
 * @param now milliseconds since 1970.
 */
export function isSigned(verify: Verify, secret: string, delivery: Delivery, now: number): boolean {
  if (verify.kind === 'header') {
    const given = delivery.header(verify.header.toLowerCase())
    return given !== undefined && timingSafeEqual(sha256(given), sha256(secret))
  }
  const claim = claimOf(verify, delivery)
  if (claim === null || !isTimely(claim, now)) return false
  const key = claim.keyIn ? claim.keyIn(secret) : Buffer.from(secret, 'utf8')
  if (key === null) return false
  const right = createHmac('sha256', key).update(claim.before).update(delivery.bytes).digest()
  let found = false
  for (const signature of claim.given) if (timingSafeEqual(right, signature)) found = true
  return found
}

function isTimely({ sentAt }: Claim, now: number): boolean {
  return sentAt === undefined || Math.abs(Math.floor(now / 1000) - sentAt) <= toleranceSeconds
}

function claimOf(verify: Exclude<Verify, { kind: 'header' }>, { header }: Delivery): Claim | null {
  switch (verify.kind) {
    case 'standard': {
      const [id, sentAt] = [header('webhook-id'), header('webhook-timestamp')]
      if (id === undefined || !isTime(sentAt)) return null
      const given = tagged(header('webhook-signature'), ' ', 'v1,').flatMap(fromBase64)
      return { before: `${id}.${sentAt}.`, given, sentAt: Number(sentAt), keyIn: standardKey }
    }
    case 'github':
      return { before: '', given: tagged(header('x-hub-signature-256'), ' ', 'sha256=').flatMap(fromHex) }
    case 'stripe': {
      const written = header('stripe-signature')
      const [sentAt] = tagged(written, ',', 't=')
      if (!isTime(sentAt)) return null
      const given = tagged(written, ',', 'v1=').flatMap(fromHex)
      return { before: `${sentAt}.`, given, sentAt: Number(sentAt) }
    }
    case 'slack': {
      const sentAt = header('x-slack-request-timestamp')
      if (!isTime(sentAt)) return null
      const given = tagged(header('x-slack-signature'), ',', 'v0=').flatMap(fromHex)
      return { before: `v0:${sentAt}:`, given, sentAt: Number(sentAt) }
    }
    case 'hmac': {
      const { prefix = '', encoding } = verify
      const written = header(verify.header.toLowerCase())
      if (!written?.startsWith(prefix)) return null
      const text = written.slice(prefix.length)
      return { before: '', given: encoding === 'hex' ? fromHex(text) : fromBase64(text) }
    }
  }
}

/** Whole seconds in digits: what is signed is the text, so no other form is read as the same time. */
function isTime(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,11}$/.test(text)
}

/** The parts of a list that begin with a tag, without it. */
function tagged(text: string | undefined, separator: string, tag: string): string[] {
  const parts = (text ?? '').split(separator).map((part) => part.trim())
  return parts
    .flatMap((part) => (part.startsWith(tag) ? [part.slice(tag.length)] : []))
    .slice(0, mostSignatures)
}

/** A sha256 in hex; nothing for any other text. */
function fromHex(text: string): Buffer[] {
  return /^[0-9a-f]{64}$/i.test(text) ? [Buffer.from(text, 'hex')] : []
}

/** A sha256 in base64; nothing for any other text. */
function fromBase64(text: string): Buffer[] {
  return /^[A-Za-z0-9+/]{43}=$/.test(text) ? [Buffer.from(text, 'base64')] : []
}

/** The key of Standard Webhooks: base64, mostly behind `whsec_`. */
function standardKey(secret: string): Uint8Array | null {
  const text = secret.replace(/^whsec_/, '')
  const key = Buffer.from(text, 'base64')
  return key.length > 0 && key.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? key : null
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
