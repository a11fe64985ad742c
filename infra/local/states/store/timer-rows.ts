import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { TimerKind } from '../run/execution.ts'
import type { GroupCommit } from './group-commit.ts'

/** A timer; `due` is milliseconds since 1970. */
export interface TimerRow {
  execution: number
  frame: number
  kind: TimerKind
  due: number
}

/** Rows of timers: each wakes a frame at an instant. */
export class TimerRows {
  readonly #commit: GroupCommit
  readonly #set: StatementSync
  readonly #delete: StatementSync
  readonly #clear: StatementSync
  readonly #clearAll: StatementSync
  readonly #first: StatementSync
  readonly #due: StatementSync

  constructor(db: DatabaseSync, commit: GroupCommit) {
    this.#commit = commit
    this.#set = db.prepare('INSERT OR REPLACE INTO timer VALUES (?, ?, ?, ?)')
    this.#delete = db.prepare('DELETE FROM timer WHERE execution = ? AND frame = ? AND kind = ?')
    this.#clear = db.prepare("DELETE FROM timer WHERE execution = ? AND frame = ? AND kind <> 'execution'")
    this.#clearAll = db.prepare('DELETE FROM timer WHERE execution = ?')
    this.#first = db.prepare('SELECT min(due) AS due FROM timer')
    this.#due = db.prepare('SELECT * FROM timer WHERE due <= ? ORDER BY due LIMIT ?')
  }

  set(execution: number, frame: number, kind: TimerKind, dueAt: number): void {
    this.#commit.writing()
    this.#set.run(execution, frame, kind, Math.ceil(dueAt))
  }

  delete({ execution, frame, kind }: TimerRow): void {
    this.#commit.writing()
    this.#delete.run(execution, frame, kind)
  }

  /** Forgets the timers of a frame's own work. */
  clear(execution: number, frame: number): void {
    this.#commit.writing()
    this.#clear.run(execution, frame)
  }

  clearAll(execution: number): void {
    this.#commit.writing()
    this.#clearAll.run(execution)
  }

  /** When the next timer is due; null without timers. */
  first(): number | null {
    return (this.#first.get() as { due: number | null }).due
  }

  due(now: number, limit: number): TimerRow[] {
    return this.#due.all(now, limit) as unknown as TimerRow[]
  }
}
