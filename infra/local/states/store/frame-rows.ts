import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Json } from '../../../../shared/world.ts'
import type { Children, Execution, Frame, Hanging, Outcome, Phase } from '../run/execution.ts'
import { textOf } from '../run/size.ts'
import type { GroupCommit } from './group-commit.ts'

interface FrameRow {
  id: number
  execution: number
  parent: number | null
  position: number
  phase: Phase
  state: string
  entered: number
  token: string | null
  details: string
  input: string
  outcome: string | null
}

interface Details {
  previous: number
  enteredEvent: number
  retries: number[]
  retryCount: number
  bytes: number
  children: Omit<Children, 'items'> | null
}

/** So many rows of variables are read at once before they are written anew as one. */
const mostAssigns = 100

/** Rows of frames, and of the variables assigned in them. */
export class FrameRows {
  readonly #commit: GroupCommit
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #setItems: StatementSync
  readonly #assign: StatementSync
  readonly #clearAssigned: StatementSync
  readonly #one: StatementSync
  readonly #assigned: StatementSync
  readonly #items: StatementSync
  readonly #outcomes: StatementSync
  readonly #busy: StatementSync
  readonly #ofExecution: StatementSync
  readonly #below: StatementSync
  readonly #delete: StatementSync
  readonly #deleteAssigned: StatementSync
  readonly #deleteAll: StatementSync
  #last: number

  constructor(db: DatabaseSync, commit: GroupCommit) {
    const columns = 'id, execution, parent, position, phase, state, entered, token, details, input, outcome'
    const hanging = 'id, parent, state, phase, position, details'
    this.#commit = commit
    this.#insert = db.prepare(`INSERT INTO frame (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#update = db.prepare(
      'UPDATE frame SET phase = ?, state = ?, entered = ?, token = ?, details = ?, input = ?, outcome = ? WHERE id = ?',
    )
    this.#setItems = db.prepare('UPDATE frame SET items = ? WHERE id = ?')
    this.#assign = db.prepare('INSERT INTO assigned VALUES (?, ?, ?)')
    this.#clearAssigned = db.prepare('DELETE FROM assigned WHERE frame = ?')
    this.#one = db.prepare(`SELECT ${columns} FROM frame WHERE id = ?`)
    this.#assigned = db.prepare('SELECT row, variables FROM assigned WHERE frame = ? ORDER BY row')
    this.#items = db.prepare('SELECT items FROM frame WHERE id = ?')
    this.#outcomes = db.prepare("SELECT id, position, outcome FROM frame WHERE parent = ? AND phase = 'done'")
    this.#busy = db.prepare(
      "SELECT id, execution FROM frame WHERE phase IN ('ready', 'running', 'settled') ORDER BY id",
    )
    this.#ofExecution = db.prepare(`SELECT ${hanging} FROM frame WHERE execution = ? ORDER BY id`)
    this.#below = db.prepare(
      `WITH RECURSIVE lower AS (SELECT ${hanging} FROM frame WHERE parent = ? UNION ALL
       SELECT f.id, f.parent, f.state, f.phase, f.position, f.details FROM frame f JOIN lower ON f.parent = lower.id)
       SELECT * FROM lower ORDER BY id`,
    )
    this.#delete = db.prepare('DELETE FROM frame WHERE id = ?')
    this.#deleteAssigned = db.prepare('DELETE FROM assigned WHERE frame = ?')
    this.#deleteAll = db.prepare('DELETE FROM frame WHERE execution = ?')
    this.#last = Number(
      (db.prepare('SELECT max(id) AS id FROM frame').get() as { id: number | null }).id ?? 0,
    )
  }

  nextId(): number {
    this.#last += 1
    return this.#last
  }

  /** Writes a frame as it is now. */
  write(frame: Frame): void {
    this.#commit.writing()
    const { id, execution, parent, position, phase, state, enteredAt, token } = frame
    const details = detailsOf(frame)
    const input = phase === 'done' ? 'null' : textOf(frame.input)
    const outcome = phase === 'done' ? textOf(frame.output) : frame.outcome && JSON.stringify(frame.outcome)
    if (frame.stored) this.#update.run(phase, state, enteredAt, token, details, input, outcome, id)
    else
      this.#insert.run(
        id,
        execution.id,
        parent?.id ?? null,
        position,
        phase,
        state,
        enteredAt,
        token,
        details,
        input,
        outcome,
      )
    // The items of a Map are large and never change.
    if (
      frame.children?.items &&
      frame.children.next < frame.children.count &&
      !hasItems.has(frame.children)
    ) {
      this.#setItems.run(JSON.stringify(frame.children.items), id)
      hasItems.add(frame.children)
    }
    frame.stored = true
    this.#writeVariables(frame)
  }

  #writeVariables(frame: Frame): void {
    if (phaseIsOver(frame) || !frame.unsaved) return
    if (frame.assigns >= mostAssigns) {
      this.#clearAssigned.run(frame.id)
      frame.assigns = 0
      frame.unsaved = frame.variables
    }
    this.#assign.run(frame.id, frame.assigns, JSON.stringify(frame.unsaved))
    frame.assigns += 1
    frame.unsaved = null
  }

  /** Reads a frame; those above it are asked for. Null if it has ended. */
  read(
    id: number,
    executionOf: (id: number) => Execution | null,
    frameOf: (id: number) => Frame | null,
  ): Frame | null {
    const row = this.#one.get(id) as unknown as FrameRow | undefined
    const execution = row && executionOf(row.execution)
    if (!row || !execution) return null
    const parent = row.parent === null ? null : frameOf(row.parent)
    return this.#frame(row, execution, parent)
  }

  #frame(row: FrameRow, execution: Execution, parent: Frame | null): Frame {
    const details = JSON.parse(row.details) as Details
    const rows = this.#assigned.all(row.id) as unknown as { row: number; variables: string }[]
    const children = details.children && { ...details.children, items: null }
    if (children) hasItems.add(children)
    const done = row.phase === 'done'
    return {
      id: row.id,
      execution,
      parent,
      position: row.position,
      phase: row.phase,
      state: row.state,
      enteredAt: row.entered,
      input: JSON.parse(row.input) as Json,
      previousEvent: details.previous,
      enteredEvent: details.enteredEvent,
      retryCount: details.retryCount,
      retries: details.retries,
      outcome: done || row.outcome === null ? null : (JSON.parse(row.outcome) as Outcome),
      output: done ? (JSON.parse(row.outcome as string) as Json) : null,
      children,
      token: row.token,
      variables: Object.assign({}, ...rows.map(({ variables }) => JSON.parse(variables))),
      variableBytes: details.bytes,
      assigns: rows.length === 0 ? 0 : (rows.at(-1) as { row: number }).row + 1,
      unsaved: null,
      alive: !done,
      attempt: null,
      stored: true,
    }
  }

  items(id: number): Json[] {
    const { items } = this.#items.get(id) as { items: string }
    return JSON.parse(items) as Json[]
  }

  /** What the ended frames below one came to. */
  outputs(parent: number): { id: number; position: number; output: Json }[] {
    const rows = this.#outcomes.all(parent) as unknown as { id: number; position: number; outcome: string }[]
    return rows.map(({ id, position, outcome }) => ({ id, position, output: JSON.parse(outcome) as Json }))
  }

  /** Frames that were under way when the process ended. */
  busy(): { id: number; execution: number }[] {
    return this.#busy.all() as unknown as { id: number; execution: number }[]
  }

  /** Frames of an execution, or those below one, from the top down. */
  hanging(execution: number, above: Pick<Frame, 'id' | 'state'> | null): Hanging[] {
    const rows = (above === null
      ? this.#ofExecution.all(execution)
      : this.#below.all(above.id)) as unknown as (Pick<
      FrameRow,
      'id' | 'parent' | 'state' | 'phase' | 'position' | 'details'
    > & { parent: number | null })[]
    const states = new Map(rows.map(({ id, state }) => [id, state]))
    if (above) states.set(above.id, above.state)
    return rows.map(({ id, parent, state, phase, position, details }) => {
      const { previous, bytes } = JSON.parse(details) as Details
      const holder = parent === null ? null : (states.get(parent) ?? null)
      return { id, state, phase, position, previousEvent: previous, variableBytes: bytes, holder }
    })
  }

  delete(id: number): void {
    this.#commit.writing()
    this.#delete.run(id)
    this.#deleteAssigned.run(id)
  }

  /** Deletes all frames of an execution. */
  deleteAll(execution: number, ids: number[]): void {
    this.#commit.writing()
    for (const id of ids) this.#deleteAssigned.run(id)
    this.#deleteAll.run(execution)
  }
}

/** Whose items are in the database. */
const hasItems = new WeakSet<object>()

function phaseIsOver({ phase }: Frame): boolean {
  return phase === 'done'
}

function detailsOf(frame: Frame): string {
  const { children } = frame
  const details: Details = {
    previous: frame.previousEvent,
    enteredEvent: frame.enteredEvent,
    retries: frame.retries,
    retryCount: frame.retryCount,
    bytes: frame.variableBytes,
    children: children && { count: children.count, remaining: children.remaining, next: children.next },
  }
  return JSON.stringify(details)
}
