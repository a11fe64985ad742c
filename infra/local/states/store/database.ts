import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CannotStart } from '../../data-folder.ts'

/** Rises when a release writes rows that an older one could not read. */
const format = 1

const schema = `
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE machine (
  arn TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL,
  definition TEXT NOT NULL, details TEXT NOT NULL
);
CREATE TABLE execution (
  id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, machine TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
  started INTEGER NOT NULL, stopped INTEGER, entered INTEGER NOT NULL, events INTEGER NOT NULL,
  variable_bytes INTEGER NOT NULL, input TEXT NOT NULL, output TEXT, error TEXT, cause TEXT
);
CREATE INDEX execution_machine ON execution (machine, id);
CREATE INDEX execution_running ON execution (machine) WHERE status = 'RUNNING';
CREATE INDEX execution_stopped ON execution (stopped) WHERE stopped IS NOT NULL;
CREATE TABLE frame (
  id INTEGER PRIMARY KEY, execution INTEGER NOT NULL, parent INTEGER, position INTEGER NOT NULL, phase TEXT NOT NULL,
  state TEXT NOT NULL, entered INTEGER NOT NULL, token TEXT, details TEXT NOT NULL, input TEXT NOT NULL, outcome TEXT,
  items TEXT
);
CREATE INDEX frame_execution ON frame (execution);
CREATE INDEX frame_parent ON frame (parent) WHERE parent IS NOT NULL;
CREATE INDEX frame_busy ON frame (id) WHERE phase IN ('ready', 'running', 'settled');
CREATE TABLE assigned (
  frame INTEGER NOT NULL, row INTEGER NOT NULL, variables TEXT NOT NULL, PRIMARY KEY (frame, row)
) WITHOUT ROWID;
CREATE TABLE token (
  token TEXT PRIMARY KEY, execution INTEGER NOT NULL, frame INTEGER NOT NULL, notified INTEGER NOT NULL,
  heartbeat INTEGER
) WITHOUT ROWID;
CREATE INDEX token_execution ON token (execution);
CREATE INDEX token_open ON token (frame) WHERE notified = 0;
CREATE TABLE timer (
  execution INTEGER NOT NULL, frame INTEGER NOT NULL, kind TEXT NOT NULL, due INTEGER NOT NULL,
  PRIMARY KEY (execution, frame, kind)
) WITHOUT ROWID;
CREATE INDEX timer_due ON timer (due);
CREATE TABLE history (
  execution INTEGER NOT NULL, first INTEGER NOT NULL, events TEXT NOT NULL, PRIMARY KEY (execution, first)
) WITHOUT ROWID;
CREATE TABLE outbox (id INTEGER PRIMARY KEY, event TEXT NOT NULL);
`

/**
 * Opens the engine's database. It belongs to one process at a time.
 *
 * @throws {CannotStart} if another process has it, it is damaged, or a newer release has written it.
 */
export function openDatabase(dir: string): DatabaseSync {
  const file = join(dir, 'states.sqlite')
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    const db = new DatabaseSync(file)
    // FULL: what is acknowledged is on disk, also when the power goes.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    prepare(db, file)
    return db
  } catch (error) {
    if (error instanceof CannotStart) throw error
    throw new CannotStart(reasonOf(file, error as Error & { errcode?: number }))
  }
}

function prepare(db: DatabaseSync, file: string): void {
  const { user_version: found } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  if (found > format)
    throw new CannotStart(`${file} was written by a newer Sluice. Start that release, or use another folder.`)
  // The first write takes the lock, which is then held.
  db.exec('BEGIN IMMEDIATE')
  if (found === 0) {
    db.exec(schema)
    db.prepare('INSERT INTO setting VALUES (?, ?)').run('token key', randomBytes(32))
    db.exec(`PRAGMA user_version = ${format}`)
  }
  db.exec('COMMIT')
}

const busy = 5
const damaged = new Set([11, 26])

function reasonOf(file: string, { errcode, message }: Error & { errcode?: number }): string {
  const code = (errcode ?? 0) & 0xff
  if (code === busy) return `${file} is open in another process. Stop that one first.`
  if (damaged.has(code)) return `${file} is damaged (${message}). Restore it from a backup.`
  return `${file} cannot be opened: ${message}`
}
