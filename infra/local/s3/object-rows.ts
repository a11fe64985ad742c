import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** An object as the index keeps it. */
export interface ObjectRow {
  bucket: string
  key: string
  /** Name of the file with its bytes. */
  blob: string
  size: number
  /** md5 as hex. */
  etag: string
  /** Milliseconds since 1970. */
  modified: number
  /** Headers that are given back with it, as JSON text. */
  headers: string
}

const schema = `
CREATE TABLE IF NOT EXISTS object (
  bucket TEXT NOT NULL, key TEXT NOT NULL, blob TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, etag TEXT NOT NULL,
  modified INTEGER NOT NULL, headers TEXT NOT NULL, PRIMARY KEY (bucket, key)
) WITHOUT ROWID;
`

/** The index of the object store: on disk when a call returns. */
export interface ObjectRows {
  get(bucket: string, key: string): ObjectRow | null
  put(row: ObjectRow): void
  delete(bucket: string, key: string): void
  /** Objects whose key begins with a prefix and comes after another, in the order of their bytes. */
  list(bucket: string, prefix: string, after: string, atMost: number): ObjectRow[]
  /** Files that some object has. */
  blobs(): Set<string>
  close(): void
}

/** @throws if the file cannot be opened. */
export function openObjectRows(dir: string): ObjectRows {
  const db = new DatabaseSync(join(dir, 'index.db'))
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec(schema)
  const one = db.prepare('SELECT * FROM object WHERE bucket = ? AND key = ?')
  const put = db.prepare('INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM object WHERE bucket = ? AND key = ?')
  const list = db.prepare(
    'SELECT * FROM object WHERE bucket = ? AND key > ? AND key >= ? AND substr(key, 1, length(?)) = ? ORDER BY key LIMIT ?',
  )
  const blobs = db.prepare('SELECT blob FROM object')
  return {
    get: (bucket, key) => (one.get(bucket, key) as unknown as ObjectRow | undefined) ?? null,
    put: ({ bucket, key, blob, size, etag, modified, headers }) =>
      void put.run(bucket, key, blob, size, etag, modified, headers),
    delete: (bucket, key) => void remove.run(bucket, key),
    list: (bucket, prefix, after, atMost) =>
      list.all(bucket, after, prefix, prefix, prefix, atMost) as unknown as ObjectRow[],
    blobs: () => new Set((blobs.all() as unknown as { blob: string }[]).map(({ blob }) => blob)),
    close: () => db.close(),
  }
}
