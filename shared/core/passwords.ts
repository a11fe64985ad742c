import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Issue } from '../faults.ts'

const hashWith = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>

/** What argon2id costs today: memory in KiB, passes, lanes (hardening.md rule 30). */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const tagBytes = 32
const mostAtOnce = 4
const longest = 128

let running = 0
const waiting: (() => void)[] = []

/** What is wrong with a new password: it must have 8 to 128 characters, and spaces count. Looked at before hashing, which takes time and memory. */
export function passwordIssues(password: string): Issue[] {
  if (password.length > 2 * longest || !password.isWellFormed()) return [issue]
  const { length } = [...password]
  return length >= 8 && length <= longest ? [] : [issue]
}

const issue: Issue = {
  path: '/password',
  code: 'length',
  message: 'password must have 8 to 128 characters',
}

/** Hashes a password as PHC text, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const tag = await derive(password, salt, cost)
  const { memory, passes, parallelism } = cost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${plain64(salt)}$${plain64(tag)}`
}

/** True if the password is the one that was hashed. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const read = readHash(hash)
  const tag = await derive(password, read.salt, read)
  return tag.length === read.tag.length && timingSafeEqual(tag, read.tag)
}

/** True if today's cost is higher than what the hash was made with. */
export function isWeak(hash: string): boolean {
  const { memory, passes } = readHash(hash)
  return memory < cost.memory || passes < cost.passes
}

/** Takes as long as `verifyPassword` and is never true: for names that nobody has. */
export async function verifyNobody(password: string): Promise<false> {
  await derive(password, randomBytes(16), cost)
  return false
}

function readHash(text: string) {
  const [, memory, passes, parallelism, salt = '', tag = ''] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(text) ?? []
  if (tag === '') throw new Error('A stored password hash cannot be read')
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

function plain64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

/** Hashing takes memory: no more than a few at once, whoever asks. */
async function derive(
  password: string,
  nonce: Buffer,
  { memory, passes, parallelism }: { memory: number; passes: number; parallelism: number },
): Promise<Buffer> {
  await takePlace()
  try {
    const work = { message: password, nonce, parallelism, tagLength: tagBytes, memory, passes }
    return await hashWith('argon2id', work)
  } finally {
    leavePlace()
  }
}

/** How much hashing is going on, and how much waits for it. */
export function hashingNow(): { running: number; waiting: number } {
  return { running, waiting: waiting.length }
}

async function takePlace(): Promise<void> {
  if (running < mostAtOnce) running++
  else await new Promise<void>((resume) => waiting.push(resume))
}

/** Hands the place to whoever waits longest: it is never free for a latecomer in between. */
function leavePlace(): void {
  const next = waiting.shift()
  if (next) next()
  else running--
}
