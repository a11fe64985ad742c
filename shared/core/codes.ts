import { timingSafeEqual } from 'node:crypto'
import { instant } from '../aws/clock.ts'
import { StepError } from '../step-error.ts'
import type { Message } from '../steps/define.ts'
import type { CodeOrder, CodeTools } from '../steps/user-tools.ts'
import { emailKey } from '../store/accounts.ts'
import { type CodeRow, getCode, putCode } from '../store/codes.ts'
import { digest } from '../store/table.ts'
import type { World } from '../world.ts'
import { keyedDigest } from './people-key.ts'

const mostAttempts = 5
/** Codes for one receiver and purpose, and in which time. */
const mostSends = 5
const sendWindowMs = 15 * 60_000
/** Wrong ones in a day, whatever was sent: who asks for another code again and again would guess one in the end. */
const mostWrong = 50
const wrongWindowMs = 86_400_000
/** A row outlives its code, so that sends are counted and a late try is told like any other. */
const keptMs = 86_400_000

/** One-time codes of the organisation whose flow runs, for one visit of a step. */
export function codesFor(
  world: World,
  orgId: string,
  effectKey: string,
  sendMail: (message: Message) => Promise<unknown>,
): CodeTools {
  return {
    async send(order) {
      const row = await begin(world, orgId, effectKey, order)
      const code = await codeOf(world, orgId, effectKey, order)
      if (order.deliver) await timed(world, () => sendMail(messageOf(order, code)))
      else await pretend(world)
      return { sentTo: masked(order.to), expiresAt: row.expiresAt }
    },
    check: (tried) => check(world, orgId, effectKey, tried),
  }
}

/** Taken for a message as long as an instance has sent none: the first that is not sent would be told by its haste. */
const usualSendMs = 80
/** How long the last message took: one that is not sent takes as long, so that nobody is told by the time. */
const sendMs = new WeakMap<World['db'], number>()

async function timed(world: World, send: () => Promise<unknown>): Promise<void> {
  const before = world.clock.now()
  await send()
  sendMs.set(world.db, world.clock.now() - before)
}

async function pretend({ db, clock }: World): Promise<void> {
  const milliseconds = sendMs.get(db) ?? usualSendMs
  if (milliseconds > 0) await clock.sleep(milliseconds)
}

/** The row of this visit's code: the same, however often the visit is tried. */
async function begin(world: World, orgId: string, effectKey: string, order: CodeOrder): Promise<CodeRow> {
  const of = nameOf(order)
  for (;;) {
    const seen = await getCode(world, orgId, of)
    if (seen?.sentBy === effectKey) return seen
    const now = world.clock.now()
    const sentAt = (seen?.sentAt ?? []).filter((at) => at > now - sendWindowMs)
    if (sentAt.length >= mostSends)
      throw new StepError('Code.TooManySends', `At most ${mostSends} codes are sent in 15 minutes`)
    const wrong = wrongLately(seen, now)
    if ((wrong?.count ?? 0) >= mostWrong)
      throw new StepError('Code.TooManyTries', `After ${mostWrong} wrong codes no other is sent for a day`)
    const code = await codeOf(world, orgId, effectKey, order)
    const row = {
      ...{ orgId, of, codeHash: await hashOf(world, orgId, of, code), attemptsLeft: mostAttempts },
      expiresAt: instant(now + order.ttlSeconds * 1000),
      ...{ sentBy: effectKey, sentAt: [...sentAt, now] },
      ...(wrong === undefined ? {} : { wrong }),
      ttl: Math.ceil((now + order.ttlSeconds * 1000 + keptMs) / 1000),
    }
    if (await putCode(world, row, seen)) return { ...row, rev: (seen?.rev ?? 0) + 1 }
  }
}

function wrongLately(seen: CodeRow | null, now: number): CodeRow['wrong'] {
  const wrong = seen?.wrong
  return wrong !== undefined && wrong.since > now - wrongWindowMs ? wrong : undefined
}

/** Made of the visit: a second try sends no second code. */
async function codeOf(
  world: World,
  orgId: string,
  effectKey: string,
  { to, purpose, length }: CodeOrder,
): Promise<string> {
  const bytes = await keyedDigest(world, 'one-time codes', [orgId, purpose, emailKey(to), effectKey])
  const number = BigInt(`0x${bytes.subarray(0, 16).toString('hex')}`) % 10n ** BigInt(length)
  return String(number).padStart(length, '0')
}

async function check(
  world: World,
  orgId: string,
  effectKey: string,
  { to, purpose, code }: Parameters<CodeTools['check']>[0],
): Promise<{ valid: boolean; attemptsLeft: number }> {
  const of = nameOf({ to, purpose })
  const given = await hashOf(world, orgId, of, code.trim())
  for (;;) {
    const seen = await getCode(world, orgId, of)
    const same = isSame(given, seen?.codeHash ?? '')
    if (seen === null) return { valid: false, attemptsLeft: 0 }
    // This very visit was here before: what it was told stands.
    if (seen.usedBy === effectKey) return { valid: true, attemptsLeft: seen.attemptsLeft }
    if (seen.triedBy === effectKey) return { valid: false, attemptsLeft: seen.attemptsLeft }
    const now = world.clock.now()
    const counts = seen.usedBy === undefined && seen.attemptsLeft > 0 && now < Date.parse(seen.expiresAt)
    if (!counts) return { valid: false, attemptsLeft: 0 }
    const after = same ? used(seen, effectKey) : missed(seen, effectKey, now)
    if (await putCode(world, after, seen)) return { valid: same, attemptsLeft: after.attemptsLeft }
  }
}

/** Whoever has a right code has not guessed. */
function used({ wrong: _, ...seen }: CodeRow, effectKey: string): CodeRow {
  return { ...seen, usedBy: effectKey }
}

function missed(seen: CodeRow, effectKey: string, now: number): CodeRow {
  const { since, count } = wrongLately(seen, now) ?? { since: now, count: 0 }
  const wrong = { since, count: count + 1 }
  return { ...seen, triedBy: effectKey, attemptsLeft: seen.attemptsLeft - 1, wrong }
}

function nameOf({ to, purpose }: { to: string; purpose: string }): string {
  return digest(JSON.stringify([purpose, emailKey(to)]))
}

async function hashOf(world: World, orgId: string, of: string, code: string): Promise<string> {
  return (await keyedDigest(world, 'hashes of codes', [orgId, of, code])).toString('hex')
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function messageOf({ to, subject, text, link, ttlSeconds }: CodeOrder, code: string): Message {
  const minutes = Math.max(1, Math.round(ttlSeconds / 60))
  const address = link?.replaceAll('{code}', encodeURIComponent(code)) ?? ''
  const usual =
    link === null
      ? `Your code is {code}. It is good for ${minutes} minutes, once.`
      : `Open {link} to go on, or enter the code {code}. Both are good for ${minutes} minutes, once.`
  // By functions: a `$` of the author's stays what it is.
  const filled = (words: string) => words.replaceAll('{code}', () => code).replaceAll('{link}', () => address)
  return { to: [to], subject: filled(subject ?? 'Your code'), text: filled(text ?? usual) }
}

/** Enough to know one's own address by. */
function masked(address: string): string {
  const [name = '', domain = ''] = address.split('@')
  return `${name.slice(0, 1)}•••@${domain}`
}
