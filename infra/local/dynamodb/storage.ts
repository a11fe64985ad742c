import { crc32 } from 'node:zlib'
import { ClassicLevel } from 'classic-level'
import { CannotStart } from '../data-folder.ts'
import type { Range } from './row-keys.ts'
import { checkLogs } from './write-ahead-log.ts'

/** A row to write, or with `value` undefined to delete. */
export interface Write {
  key: string
  value: string | undefined
}

/** The LevelDB under the endpoint. Values carry a checksum: what the disk has changed is noticed instead of served. */
export class Storage {
  readonly #level: ClassicLevel<string, string>

  private constructor(level: ClassicLevel<string, string>) {
    this.#level = level
  }

  /** @throws {CannotStart} if another process has it open, or it is damaged. */
  static async open(folder: string): Promise<Storage> {
    checkLogs(folder)
    const level = new ClassicLevel<string, string>(folder, { keyEncoding: 'utf8', valueEncoding: 'utf8' })
    try {
      await level.open()
    } catch (error) {
      throw explain(error as LevelError, folder)
    }
    return new Storage(level)
  }

  /** The row as the disk has it. */
  get(key: string): string | undefined {
    const value = this.#level.getSync(key)
    return value === undefined ? undefined : unsealed(value, key)
  }

  /** Rows in order, a few hundred at a time; each batch of rows is a moment's view of one snapshot. */
  async *read(range: Range, options: { reverse?: boolean; limit?: number } = {}): AsyncGenerator<Row[]> {
    const iterator = this.#level.iterator<Buffer, string>({
      ...range,
      ...options,
      keyEncoding: 'buffer',
      valueEncoding: 'utf8',
      highWaterMarkBytes: 256 * 1024,
    })
    try {
      for (;;) {
        const rows = await iterator.nextv(Math.min(options.limit ?? chunk, chunk))
        if (rows.length === 0) return
        yield rows.map(([key, value]) => ({ key, value: unsealed(value, key) }))
      }
    } finally {
      await iterator.close()
    }
  }

  /** Writes all or nothing; on disk when it resolves. */
  async write(writes: Write[]): Promise<void> {
    await this.#level.batch(writes.map(operation), { sync: true })
  }

  /** Writes what may be lost when the machine dies: it is only ever repeated work. */
  async note(key: string, value: string): Promise<void> {
    await this.#level.put(key, sealed(value))
  }

  /** Deletes a stretch of rows that nobody needs any more. */
  async clear(range: Range): Promise<void> {
    await this.#level.clear<Buffer>({ ...range, keyEncoding: 'buffer' })
  }

  async close(): Promise<void> {
    await this.#level.close()
  }
}

export interface Row {
  key: Buffer
  value: string
}

const chunk = 500

type Operation = { type: 'put'; key: string; value: string } | { type: 'del'; key: string }

function operation({ key, value }: Write): Operation {
  return value === undefined ? { type: 'del', key } : { type: 'put', key, value: sealed(value) }
}

function sealed(value: string): string {
  return crc32(value).toString(36).padStart(7, '0') + value
}

function unsealed(value: string, key: string | Buffer): string {
  const content = value.slice(7)
  if (crc32(content) === Number.parseInt(value.slice(0, 7), 36)) return content
  throw new Error(`The row ${JSON.stringify(String(key))} of the local database is damaged`)
}

interface LevelError extends Error {
  code?: string
  cause?: LevelError
}

function explain(error: LevelError, folder: string): CannotStart {
  const cause = error.cause ?? error
  if (cause.code === 'LEVEL_LOCKED')
    return new CannotStart(
      `The database in ${folder} is in use by another process. Stop that one, or set SLUICE_DATA to another folder.`,
    )
  return new CannotStart(`The database in ${folder} cannot be opened: ${cause.message}`)
}
