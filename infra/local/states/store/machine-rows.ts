import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { GroupCommit } from './group-commit.ts'

/** A machine without the text that it was made of. */
export interface MachineRow {
  arn: string
  name: string
  type: 'STANDARD' | 'EXPRESS'
  status: 'ACTIVE' | 'DELETING'
  /** Milliseconds since 1970. */
  created: number
  details: MachineDetails
}

/** What is kept for those who ask, and otherwise without effect here. */
export interface MachineDetails {
  roleArn: string
  loggingConfiguration: object | null
  tracingConfiguration: object | null
  encryptionConfiguration: object | null
  tags: { key: string; value: string }[]
}

const mostKnown = 1000

/** Rows of state machines. */
export class MachineRows {
  readonly #commit: GroupCommit
  readonly #insert: StatementSync
  readonly #byArn: StatementSync
  readonly #definition: StatementSync
  readonly #list: StatementSync
  readonly #mark: StatementSync
  readonly #delete: StatementSync
  /** Machines that are being deleted: asked for at every transition. */
  readonly #deleting: Set<string>
  /** Rows that were read: every start asks for one. */
  readonly #known = new Map<string, MachineRow>()
  readonly #watchers: ((arn: string) => void)[] = []

  constructor(db: DatabaseSync, commit: GroupCommit) {
    this.#commit = commit
    const columns = 'arn, name, type, status, created, details'
    this.#insert = db.prepare('INSERT INTO machine VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#byArn = db.prepare(`SELECT ${columns} FROM machine WHERE arn = ?`)
    this.#definition = db.prepare('SELECT definition FROM machine WHERE arn = ?')
    this.#list = db.prepare(`SELECT ${columns} FROM machine WHERE arn > ? ORDER BY arn LIMIT ?`)
    this.#mark = db.prepare("UPDATE machine SET status = 'DELETING' WHERE arn = ?")
    this.#delete = db.prepare('DELETE FROM machine WHERE arn = ?')
    const deleting = db.prepare("SELECT arn FROM machine WHERE status = 'DELETING'").all()
    this.#deleting = new Set(deleting.map(({ arn }) => String(arn)))
  }

  /** Calls back for every machine that is deleted from now on. */
  whenDeleted(watcher: (arn: string) => void): void {
    this.#watchers.push(watcher)
  }

  insert({ arn, name, type, status, created, details }: MachineRow, definition: string): void {
    this.#commit.writing()
    this.#insert.run(arn, name, type, status, created, definition, JSON.stringify(details))
  }

  byArn(arn: string): MachineRow | undefined {
    const known = this.#known.get(arn)
    if (known) return known
    const row = this.#byArn.get(arn)
    if (!row) return undefined
    if (this.#known.size >= mostKnown) this.#known.clear()
    const read = readRow(row)
    this.#known.set(arn, read)
    return read
  }

  /** The text that the machine was made of; undefined if there is no such machine. */
  definitionOf(arn: string): string | undefined {
    const row = this.#definition.get(arn)
    return row && String(row.definition)
  }

  /** Machines in the order of their ARNs, from beyond one. */
  list(beyond: string, limit: number): MachineRow[] {
    return this.#list.all(beyond, limit).map(readRow)
  }

  markDeleting(arn: string): void {
    this.#commit.writing()
    this.#mark.run(arn)
    this.#known.delete(arn)
    this.#deleting.add(arn)
  }

  isDeleting(arn: string): boolean {
    return this.#deleting.has(arn)
  }

  delete(arn: string): void {
    this.#commit.writing()
    this.#delete.run(arn)
    this.#known.delete(arn)
    this.#deleting.delete(arn)
    for (const watcher of this.#watchers) watcher(arn)
  }
}

function readRow(row: Record<string, unknown>): MachineRow {
  return { ...row, details: JSON.parse(String(row.details)) } as unknown as MachineRow
}
