import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Execution, ExecutionStatus } from '../run/execution.ts'
import type { HistoryEvent } from '../run/history-event.ts'
import type { GroupCommit } from './group-commit.ts'

/** An execution as it is kept; times are milliseconds since 1970. */
export interface ExecutionRow {
  id: number
  arn: string
  machine: string
  name: string
  status: ExecutionStatus
  started: number
  stopped: number | null
  entered: number
  events: number
  variable_bytes: number
  input: string
  output: string | null
  error: string | null
  cause: string | null
}

/** Rows of executions and of their histories. */
export class ExecutionRows {
  readonly #db: DatabaseSync
  readonly #commit: GroupCommit
  readonly #insert: StatementSync
  readonly #progress: StatementSync
  readonly #end: StatementSync
  readonly #byId: StatementSync
  readonly #byArn: StatementSync
  readonly #running: StatementSync
  readonly #addEvents: StatementSync
  readonly #chunks: StatementSync
  readonly #lastChunks: StatementSync
  #last: number

  constructor(db: DatabaseSync, commit: GroupCommit) {
    this.#db = db
    this.#commit = commit
    this.#insert = db.prepare(
      `INSERT INTO execution (id, arn, machine, name, status, started, entered, events, variable_bytes, input)
       VALUES (?, ?, ?, ?, 'RUNNING', ?, 0, 0, 0, ?)`,
    )
    this.#progress = db.prepare(
      'UPDATE execution SET entered = ?, events = ?, variable_bytes = ? WHERE id = ?',
    )
    this.#end = db.prepare(
      'UPDATE execution SET status = ?, stopped = ?, output = ?, error = ?, cause = ? WHERE id = ?',
    )
    this.#byId = db.prepare('SELECT * FROM execution WHERE id = ?')
    this.#byArn = db.prepare('SELECT * FROM execution WHERE arn = ?')
    this.#running = db.prepare("SELECT 1 FROM execution WHERE machine = ? AND status = 'RUNNING' LIMIT 1")
    this.#addEvents = db.prepare('INSERT INTO history VALUES (?, ?, ?)')
    this.#chunks = db.prepare(
      `SELECT first, events FROM history WHERE execution = ? AND first >= coalesce(
         (SELECT max(first) FROM history WHERE execution = ?1 AND first <= ?2), 0) ORDER BY first`,
    )
    this.#lastChunks = db.prepare(
      'SELECT first, events FROM history WHERE execution = ? AND first <= ? ORDER BY first DESC',
    )
    this.#last = Number(
      (db.prepare('SELECT max(id) AS id FROM execution').get() as { id: number | null }).id ?? 0,
    )
  }

  nextId(): number {
    this.#last += 1
    return this.#last
  }

  insert({ id, arn, machineArn, name, startedAt, input }: Execution): void {
    this.#commit.writing()
    this.#insert.run(id, arn, machineArn, name, startedAt, input)
  }

  /** Writes how far an execution is, and its new events. */
  write(execution: Execution): void {
    this.#commit.writing()
    const { id, enteredAt, events, variableBytes, unwritten } = execution
    this.#progress.run(enteredAt, events, variableBytes, id)
    if (unwritten.length === 0) return
    this.#addEvents.run(id, (unwritten[0] as HistoryEvent).id, JSON.stringify(unwritten))
    execution.unwritten = []
  }

  /** Writes how it ended. */
  end({ id, status, end }: Execution): void {
    this.#commit.writing()
    this.#end.run(status, end?.at ?? null, end?.output ?? null, end?.error ?? null, end?.cause ?? null, id)
  }

  /** Forgets executions that ended before an instant; their names are free again. */
  prune(before: number): void {
    this.#commit.writing()
    const ended = "SELECT id FROM execution WHERE status <> 'RUNNING' AND stopped < ?"
    this.#db.prepare(`DELETE FROM history WHERE execution IN (${ended})`).run(before)
    this.#db.prepare("DELETE FROM execution WHERE status <> 'RUNNING' AND stopped < ?").run(before)
  }

  byId(id: number): ExecutionRow | undefined {
    return this.#byId.get(id) as unknown as ExecutionRow | undefined
  }

  byArn(arn: string): ExecutionRow | undefined {
    return this.#byArn.get(arn) as unknown as ExecutionRow | undefined
  }

  hasRunning(machine: string): boolean {
    return this.#running.get(machine) !== undefined
  }

  /** Executions of a machine, newest first, from below an id. */
  list(machine: string, status: string | null, below: number, limit: number): ExecutionRow[] {
    const values: SQLInputValue[] = [machine, below, ...(status === null ? [] : [status]), limit]
    const filter = status === null ? '' : 'AND status = ?'
    return this.#db
      .prepare(`SELECT * FROM execution WHERE machine = ? AND id < ? ${filter} ORDER BY id DESC LIMIT ?`)
      .all(...values) as unknown as ExecutionRow[]
  }

  /** Events of an execution from an id on, upwards or downwards. */
  *events(execution: number, from: number, reverse: boolean): Generator<HistoryEvent> {
    const rows = (reverse ? this.#lastChunks : this.#chunks).iterate(execution, from)
    for (const row of rows as Iterable<unknown>) {
      const events = JSON.parse((row as { events: string }).events) as HistoryEvent[]
      for (const event of reverse ? events.toReversed() : events)
        if (reverse ? event.id <= from : event.id >= from) yield event
    }
  }
}
