import type { DatabaseSync } from 'node:sqlite'
import { point } from '../../fault-points.ts'

/** What takes part in a commit. */
export interface Participant {
  /** Writes what is still in memory only. */
  before?(): void
  /** All is on disk. */
  after?(): void
}

/**
 * One transaction per turn of the event loop: whatever was written in a turn is committed together, and nobody is
 * answered before (aws.md 6.3).
 */
export class GroupCommit {
  readonly #db: DatabaseSync
  readonly #failure: (error: unknown) => void
  readonly #participants: Participant[] = []
  #open = false
  #next: PromiseWithResolvers<void> | undefined
  #closed = false

  /** `failure` is told when the disk has failed; nothing is committed after that. */
  constructor(db: DatabaseSync, failure: (error: unknown) => void) {
    this.#db = db
    this.#failure = failure
  }

  join(participant: Participant): void {
    this.#participants.push(participant)
  }

  /** To be called before a statement that writes. */
  writing(): void {
    if (this.#closed) throw new Error('The database is closed')
    if (!this.#open) this.#db.exec('BEGIN IMMEDIATE')
    this.#open = true
    this.plan()
  }

  /** There is something to write in `before`. */
  plan(): Promise<void> {
    if (this.#closed) return new Promise(() => {})
    if (!this.#next) {
      this.#next = Promise.withResolvers()
      // Whoever waits is told; nobody may be waiting.
      this.#next.promise.catch(() => {})
      setImmediate(() => this.#flush())
    }
    return this.#next.promise
  }

  /** Resolves when everything so far is on disk. */
  commit(): Promise<void> {
    return this.plan()
  }

  /** The same, but at once if nothing is to be written. */
  async settled(): Promise<void> {
    if (this.#next) await this.#next.promise
  }

  /** Commits for the last time; whoever asks later waits for ever. */
  async close(): Promise<void> {
    await this.plan()
    this.#closed = true
  }

  #flush(): void {
    const flushed = this.#next as PromiseWithResolvers<void>
    try {
      for (const participant of this.#participants) participant.before?.()
      if (this.#open) {
        point('states.commit.before')
        this.#db.exec('COMMIT')
        point('states.commit.after')
      }
    } catch (error) {
      // The turn stays open for ever: nobody is told that it is kept.
      this.#failure(error)
      flushed.reject(error)
      return
    }
    this.#open = false
    this.#next = undefined
    flushed.resolve()
    for (const participant of this.#participants) participant.after?.()
  }
}
