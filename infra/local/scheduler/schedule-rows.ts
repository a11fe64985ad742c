import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CannotStart } from '../data-folder.ts'

/** A schedule as the endpoint keeps it. */
export interface ScheduleRow {
  group: string
  name: string
  /** What CreateSchedule was given, as JSON text. */
  content: string
  /** Milliseconds since 1970. */
  created: number
  changed: number
  /** When it fires next; null = never. */
  next: number | null
}

const schema = `
CREATE TABLE IF NOT EXISTS schedule (
  "group" TEXT NOT NULL, name TEXT NOT NULL, content TEXT NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL,
  next INTEGER, PRIMARY KEY ("group", name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS schedule_next ON schedule (next) WHERE next IS NOT NULL;
CREATE TABLE IF NOT EXISTS schedule_group (name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;
`

/** The rows of the Scheduler endpoint: on disk when a call returns. */
export interface ScheduleRows {
  get(group: string, name: string): ScheduleRow | null
  put(row: ScheduleRow): void
  delete(group: string, name: string): boolean
  list(group: string): ScheduleRow[]
  /** Those that fire next, the longest overdue first. */
  upcoming(atMost: number): ScheduleRow[]
  hasGroup(name: string): boolean
  /** @returns false if it is there already. */
  addGroup(name: string, created: number): boolean
  close(): void
}

/** @throws {CannotStart} when the file cannot be opened. */
export function openScheduleRows(dir: string): ScheduleRows {
  const db = open(dir)
  const one = db.prepare('SELECT * FROM schedule WHERE "group" = ? AND name = ?')
  const put = db.prepare('INSERT OR REPLACE INTO schedule VALUES (?, ?, ?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM schedule WHERE "group" = ? AND name = ?')
  const list = db.prepare('SELECT * FROM schedule WHERE "group" = ? ORDER BY name')
  const upcoming = db.prepare('SELECT * FROM schedule WHERE next IS NOT NULL ORDER BY next LIMIT ?')
  const group = db.prepare('SELECT 1 FROM schedule_group WHERE name = ?')
  const addGroup = db.prepare('INSERT OR IGNORE INTO schedule_group VALUES (?, ?)')
  const rows = (found: unknown) => found as ScheduleRow[]
  return {
    get: (inGroup, name) => (one.get(inGroup, name) as unknown as ScheduleRow | undefined) ?? null,
    put: (row) => void put.run(row.group, row.name, row.content, row.created, row.changed, row.next),
    delete: (inGroup, name) => remove.run(inGroup, name).changes > 0,
    list: (inGroup) => rows(list.all(inGroup)),
    upcoming: (atMost) => rows(upcoming.all(atMost)),
    hasGroup: (name) => name === 'default' || group.get(name) !== undefined,
    addGroup: (name, created) => addGroup.run(name, created).changes > 0,
    close: () => db.close(),
  }
}

function open(dir: string): DatabaseSync {
  const file = join(dir, 'scheduler.db')
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    const db = new DatabaseSync(file)
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    db.exec(schema)
    return db
  } catch (error) {
    throw new CannotStart(`${file} cannot be opened: ${(error as Error).message}`)
  }
}
