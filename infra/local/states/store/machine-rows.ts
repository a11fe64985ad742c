import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { GroupCommit } from './group-commit.ts'

export interface MachineRow {
  arn: string
  name: string
  type: 'STANDARD' | 'EXPRESS'
  status: 'ACTIVE' | 'DELETING'
  /** Milliseconds since 1970. */
  created: number
  definition: string
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

/** Rows of state machines. */
export class MachineRows {
  readonly #commit: GroupCommit
  readonly #insert: StatementSync
  readonly #byArn: StatementSync
  readonly #list: StatementSync
  readonly #mark: StatementSync
  readonly #delete: StatementSync
  /** Machines that are being deleted: asked for at every transition. */
  readonly #deleting: Set<string>

  constructor(db: DatabaseSync, commit: GroupCommit) {
    this.#commit = commit
    this.#insert = db.prepare('INSERT INTO machine VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#byArn = db.prepare('SELECT * FROM machine WHERE arn = ?')
    this.#list = db.prepare('SELECT * FROM machine WHERE arn > ? ORDER BY arn LIMIT ?')
    this.#mark = db.prepare("UPDATE machine SET status = 'DELETING' WHERE arn = ?")
    this.#delete = db.prepare('DELETE FROM machine WHERE arn = ?')
    const deleting = db.prepare("SELECT arn FROM machine WHERE status = 'DELETING'").all()
    this.#deleting = new Set(deleting.map(({ arn }) => String(arn)))
  }

  insert({ arn, name, type, status, created, definition, details }: MachineRow): void {
    this.#commit.writing()
    this.#insert.run(arn, name, type, status, created, definition, JSON.stringify(details))
  }

  byArn(arn: string): MachineRow | undefined {
    const row = this.#byArn.get(arn)
    return row && readRow(row)
  }

  /** Machines in the order of their ARNs, from beyond one. */
  list(beyond: string, limit: number): MachineRow[] {
    return this.#list.all(beyond, limit).map(readRow)
  }

  markDeleting(arn: string): void {
    this.#commit.writing()
    this.#mark.run(arn)
    this.#deleting.add(arn)
  }

  isDeleting(arn: string): boolean {
    return this.#deleting.has(arn)
  }

  delete(arn: string): void {
    this.#commit.writing()
    this.#delete.run(arn)
    this.#deleting.delete(arn)
  }
}

function readRow(row: Record<string, unknown>): MachineRow {
  return { ...row, details: JSON.parse(String(row.details)) } as unknown as MachineRow
}
