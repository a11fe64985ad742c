import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock, Log } from '../../../../shared/world.ts'
import { point } from '../../fault-points.ts'
import type { StatusChange } from '../status-change.ts'
import type { GroupCommit } from './group-commit.ts'

const atOnce = 8
const backoffMs = { first: 100, most: 60_000 }

/** Events that wait to be delivered: at least once, over restarts too, in no promised order. */
export class Outbox {
  readonly #commit: GroupCommit
  readonly #clock: Clock
  readonly #log: Log
  readonly #deliver: (event: StatusChange) => Promise<void>
  readonly #insert: StatementSync
  readonly #next: StatementSync
  readonly #delete: StatementSync
  /** Id of the last event; SQLite would give those of deleted rows again. */
  #last: number
  /** Highest id that was taken up; those below are delivered or under way. */
  #taken = 0
  readonly #underWay = new Set<Promise<void>>()
  #waiting = true
  readonly #cancels = new Set<() => void>()
  #closed = false

  constructor(
    db: DatabaseSync,
    commit: GroupCommit,
    options: { clock: Clock; log: Log; deliver: (event: StatusChange) => Promise<void> },
  ) {
    this.#commit = commit
    this.#clock = options.clock
    this.#log = options.log
    this.#deliver = options.deliver
    this.#insert = db.prepare('INSERT INTO outbox (id, event) VALUES (?, ?)')
    this.#next = db.prepare('SELECT id, event FROM outbox WHERE id > ? ORDER BY id LIMIT ?')
    this.#delete = db.prepare('DELETE FROM outbox WHERE id = ?')
    this.#last = Number(
      (db.prepare('SELECT max(id) AS id FROM outbox').get() as { id: number | null }).id ?? 0,
    )
    commit.join({ after: () => this.#run() })
  }

  add(event: StatusChange): void {
    this.#commit.writing()
    this.#last += 1
    this.#insert.run(this.#last, JSON.stringify(event))
    this.#waiting = true
  }

  /** Delivers what an earlier process has left. */
  start(): void {
    this.#run()
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const cancel of this.#cancels) cancel()
    await Promise.all(this.#underWay)
  }

  #run(): void {
    const room = atOnce - this.#underWay.size
    if (this.#closed || !this.#waiting || room <= 0) return
    const rows = this.#next.all(this.#taken, room) as unknown as { id: number; event: string }[]
    if (rows.length < room) this.#waiting = false
    for (const { id, event } of rows) {
      this.#taken = id
      const work = this.#send(id, JSON.parse(event) as StatusChange).finally(() => {
        this.#underWay.delete(work)
        this.#run()
      })
      this.#underWay.add(work)
    }
  }

  async #send(id: number, event: StatusChange): Promise<void> {
    for (let tries = 0; !this.#closed; tries++) {
      try {
        await this.#deliver(event)
        point('states.outbox.delivered')
        this.#commit.writing()
        this.#delete.run(id)
        return
      } catch (error) {
        this.#log.error('An event was not taken', {
          execution: event.detail.executionArn,
          error: String(error),
        })
        await this.#pause(Math.min(backoffMs.most, backoffMs.first * 2 ** tries))
      }
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#cancels.delete(stop)
        resolve()
      }
      const cancel = this.#clock.after(milliseconds, done)
      const stop = () => {
        cancel()
        done()
      }
      this.#cancels.add(stop)
    })
  }
}
