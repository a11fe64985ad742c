import { hash } from 'node:crypto'
import type { Clock } from '../../../shared/world.ts'
import { invalid, otherParameters } from './refuse.ts'
import { numbered, places, rowsFrom } from './row-keys.ts'
import type { Storage } from './storage.ts'
import type { Writer } from './writer.ts'

const lifeMs = 10 * 60 * 1000
const clearEveryMs = 60 * 1000

/** Client tokens of the transactions of the last ten minutes. */
export class Tokens {
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #used = new Map<string, { digest: string; at: number }>()
  #clearedAt: number

  private constructor(storage: Storage, clock: Clock) {
    this.#storage = storage
    this.#clock = clock
    this.#clearedAt = clock.now()
  }

  static async open(storage: Storage, clock: Clock): Promise<Tokens> {
    const tokens = new Tokens(storage, clock)
    await tokens.#clear()
    for await (const rows of storage.read(rowsFrom(places.token)))
      for (const { key, value } of rows) {
        const [at, token] = String(key).slice(places.token.length).split('/') as [string, string]
        tokens.#used.set(token, { digest: value, at: Number(at) })
      }
    return tokens
  }

  /**
   * Whether the transaction with this token was done already.
   *
   * @throws {Refused} IdempotentParameterMismatchException if it was another transaction.
   */
  wasUsed(token: unknown, body: string): boolean {
    if (token === undefined || token === null) return false
    if (typeof token !== 'string' || token.length < 1 || token.length > 36)
      throw invalid('ClientRequestToken must have length between 1 and 36')
    const use = this.#used.get(token)
    if (!use || use.at + lifeMs <= this.#clock.now()) return false
    if (use.digest !== digest(body)) throw otherParameters()
    return true
  }

  /** Remembers, in the batch of the transaction itself, that it was done. */
  use(token: unknown, body: string, writer: Writer): void {
    if (typeof token !== 'string') return
    const use = { digest: digest(body), at: this.#clock.now() }
    this.#used.delete(token)
    this.#used.set(token, use)
    writer.setRow(`${places.token}${numbered(use.at)}/${token}`, use.digest)
    // What stays lying is cleared the next time.
    if (use.at - this.#clearedAt > clearEveryMs) this.#clear().catch(() => undefined)
  }

  async #clear(): Promise<void> {
    this.#clearedAt = this.#clock.now()
    const oldest = this.#clearedAt - lifeMs
    for (const [token, { at }] of this.#used) {
      if (at > oldest) break
      this.#used.delete(token)
    }
    const lt = Buffer.from(places.token + numbered(oldest))
    await this.#storage.clear({ ...rowsFrom(places.token), lt })
  }
}

function digest(body: string): string {
  return hash('sha1', body, 'base64')
}
