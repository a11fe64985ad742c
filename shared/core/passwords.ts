import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Fault } from '../faults.ts'

const hashWith = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>

/** What argon2id costs today: memory in KiB, passes, lanes (hardening.md rule 30). */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const tagBytes = 32
const mostAtOnce = 4
let running = 0
const waiting: (() => void)[] = []

/** @throws {Fault} `validation_failed` unless it has 8 to 128 characters; spaces count. */
export function checkPassword(password: string): void {
  const length = [...password].length
  if (length >= 8 && length <= 128) return
  throw new Fault('validation_failed', 'A password has 8 to 128 characters', {
    issues: [{ path: '/password', code: 'length', message: 'password must have 8 to 128 characters' }],
  })
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
  return timingSafeEqual(tag, read.tag)
}

/** True if today's cost is higher than what the hash was made with. */
export function isWeak(hash: string): boolean {
  const { memory, passes } = readHash(hash)
  return memory < cost.memory || passes < cost.passes
}

// A verify that costs what a real one does, for names that nobody has.
const nobodys = hashPassword(randomBytes(16).toString('hex'))

/** Takes as long as `verifyPassword` and is never true. */
export async function verifyNobody(password: string): Promise<false> {
  await verifyPassword(password, await nobodys)
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
  if (running >= mostAtOnce) await new Promise<void>((resume) => waiting.push(resume))
  running++
  try {
    return await hashWith('argon2id', {
      message: password,
      nonce,
      parallelism,
      tagLength: tagBytes,
      memory,
      passes,
    })
  } finally {
    running--
    waiting.shift()?.()
  }
}
