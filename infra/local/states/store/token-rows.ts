import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { GroupCommit } from './group-commit.ts'

const lengths = { secret: 24, execution: 8, seal: 16 }
const body = lengths.secret + lengths.execution

/** A token that can still be used. */
export interface OpenToken {
  execution: number
  frame: number
  /** Seconds. */
  heartbeat: number | null
}

/** Rows of open tokens. A token carries its execution and a seal, so that a closed one is told from garbage. */
export class TokenRows {
  readonly #commit: GroupCommit
  readonly #key: Uint8Array
  readonly #insert: StatementSync
  readonly #find: StatementSync
  readonly #notified: StatementSync
  readonly #open: StatementSync
  readonly #delete: StatementSync
  readonly #deleteOfFrame: StatementSync
  readonly #deleteAll: StatementSync

  constructor(db: DatabaseSync, commit: GroupCommit) {
    this.#commit = commit
    const setting = db.prepare("SELECT value FROM setting WHERE name = 'token key'").get()
    this.#key = (setting as { value: Uint8Array }).value
    this.#insert = db.prepare('INSERT OR IGNORE INTO token VALUES (?, ?, ?, 0, NULL)')
    this.#find = db.prepare('SELECT execution, frame, heartbeat FROM token WHERE token = ?')
    this.#notified = db.prepare('UPDATE token SET notified = 1, heartbeat = ? WHERE token = ?')
    this.#open = db.prepare('SELECT frame, execution FROM token WHERE notified = 0 ORDER BY frame')
    this.#delete = db.prepare('DELETE FROM token WHERE token = ?')
    this.#deleteOfFrame = db.prepare('DELETE FROM token WHERE execution = ? AND frame = ?')
    this.#deleteAll = db.prepare('DELETE FROM token WHERE execution = ?')
  }

  make(execution: number): string {
    const bytes = Buffer.alloc(body)
    randomBytes(lengths.secret).copy(bytes)
    bytes.writeBigUInt64BE(BigInt(execution), lengths.secret)
    return Buffer.concat([bytes, this.#seal(bytes)]).toString('base64url')
  }

  /** The execution that a token of ours belongs to; null for any other text. */
  executionOf(token: string): number | null {
    const bytes = Buffer.from(token, 'base64url')
    if (bytes.length !== body + lengths.seal || bytes.toString('base64url') !== token) return null
    const [content, seal] = [bytes.subarray(0, body), bytes.subarray(body)]
    return timingSafeEqual(seal, this.#seal(content)) ? Number(content.readBigUInt64BE(lengths.secret)) : null
  }

  #seal(content: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(content).digest().subarray(0, lengths.seal)
  }

  insert(token: string, execution: number, frame: number): void {
    this.#commit.writing()
    this.#insert.run(token, execution, frame)
  }

  /** The frame that waits for a token, and how long it waits between signs of life. */
  find(token: string): OpenToken | undefined {
    return this.#find.get(token) as unknown as OpenToken | undefined
  }

  markNotified(token: string, heartbeatSeconds: number | null): void {
    this.#commit.writing()
    this.#notified.run(heartbeatSeconds, token)
  }

  /** Frames whose function may not have been told. */
  unnotified(): { frame: number; execution: number }[] {
    return this.#open.all() as unknown as { frame: number; execution: number }[]
  }

  delete(token: string): void {
    this.#commit.writing()
    this.#delete.run(token)
  }

  deleteOfFrame(execution: number, frame: number): void {
    this.#commit.writing()
    this.#deleteOfFrame.run(execution, frame)
  }

  deleteAll(execution: number): void {
    this.#commit.writing()
    this.#deleteAll.run(execution)
  }
}
