import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda'
import type { Clock, Log } from '../../../shared/world.ts'
import type { Item } from './attribute-value.ts'
import { numbered, places, rowsFrom } from './row-keys.ts'
import type { Storage } from './storage.ts'
import { type Change, changeRow, readChange, sequenceNumber, toRecord } from './stream.ts'

/** Takes changes; may name those from which on it wants them again. */
export type Deliver = (records: DynamoDBRecord[]) => Promise<DynamoDBBatchResponse | undefined>

/** Whether the consumer is to see changes of the item with this key. */
export type Wants = (key: Item) => boolean

/** Changes to deliver, and the number up to which there was nothing else. */
interface Taken {
  changes: Change[]
  end: number
}

const batchSize = 100
const attempts = 10
/** Changes kept in memory for a consumer that lags; what is beyond is read from disk later. */
const queueLimit = 1000
const backoffMs = { first: 100, most: 5000 }
/** After so many deliveries the delivered rows are deleted. */
const clearEvery = 1000

/** Hands the changes of the stream to one consumer: in order, at least once, over kills too. */
export class Deliveries {
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #log: Log
  readonly #deadFolder: string
  /** How long changes are gathered before they are delivered, so that those of one moment travel together. */
  readonly #gatherMs: number
  #deliver: Deliver | undefined
  #wants: Wants = () => true
  #queue: Change[] = []
  /** Last change that is on disk, and last one that needs no delivery any more. */
  #committed: number
  #delivered: number
  #cleared: number
  /** Whether the queue misses changes that are on disk. */
  #behind = true
  #running: Promise<void> | undefined
  #closed = false
  #cancelPause: (() => void) | undefined

  private constructor(
    storage: Storage,
    clock: Clock,
    log: Log,
    folder: string,
    counts: Counts,
    gatherMs: number,
  ) {
    this.#gatherMs = gatherMs
    this.#storage = storage
    this.#clock = clock
    this.#log = log
    this.#deadFolder = join(folder, 'dead')
    this.#committed = counts.committed
    this.#delivered = counts.delivered
    this.#cleared = counts.delivered
  }

  static async open(
    storage: Storage,
    clock: Clock,
    log: Log,
    folder: string,
    gatherMs = 0,
  ): Promise<Deliveries> {
    const delivered = Number(storage.get(places.delivered) ?? 0)
    let committed = delivered
    for await (const [row] of storage.read(rowsFrom(places.change), { reverse: true, limit: 1 }))
      committed = Math.max(delivered, Number(String(row!.key).slice(places.change.length)))
    return new Deliveries(storage, clock, log, folder, { committed, delivered }, gatherMs)
  }

  /** Number of the last change ever made. */
  get last(): number {
    return this.#committed
  }

  start(deliver: Deliver, wants: Wants = this.#wants): void {
    this.#deliver = deliver
    this.#wants = wants
    this.#run()
  }

  /** Takes note of changes that have reached the disk. */
  add(changes: Change[]): void {
    this.#committed = changes.at(-1)!.sequence
    if (!this.#behind) {
      if (this.#queue.length + changes.length > queueLimit) this.#behind = true
      else this.#queue.push(...changes)
    }
    this.#run()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelPause?.()
    await this.#running
  }

  #run(): void {
    if (!this.#deliver || this.#closed || this.#running) return
    this.#running = this.#drain(this.#deliver).then(
      () => {
        this.#running = undefined
        if (this.#delivered < this.#committed) this.#run()
      },
      (error: unknown) => {
        this.#running = undefined
        // What was in hand is read from disk again.
        this.#behind = true
        this.#log.error('stream stands still until the next change', { error: String(error) })
      },
    )
  }

  async #drain(deliver: Deliver): Promise<void> {
    while (!this.#closed) {
      if (this.#gatherMs > 0) await this.#pause(this.#gatherMs)
      const taken = await this.#take()
      if (!taken) return
      await this.#deliverAll(deliver, taken.changes)
      if (!this.#closed) this.#delivered = taken.end
    }
  }

  async #deliverAll(deliver: Deliver, changes: Change[]): Promise<void> {
    let size = batchSize
    let failures = 0
    let pending = changes
    while (pending.length > 0 && !this.#closed) {
      const batch = pending.slice(0, size)
      const { done, error } = await attempt(deliver, batch)
      if (done > 0) {
        await this.#checkpoint(batch[done - 1]!)
        pending = pending.slice(done)
        failures = 0
      }
      if (done === batch.length) continue
      // Halved, so that one bad change does not hold up the others for long.
      size = Math.max(1, Math.floor(size / 2))
      failures += 1
      if (failures < attempts) {
        await this.#pause(Math.min(backoffMs.most, backoffMs.first * 2 ** (failures - 1)))
        continue
      }
      await this.#bury(pending[0]!, error)
      await this.#checkpoint(pending[0]!)
      pending = pending.slice(1)
      failures = 0
    }
  }

  /** The next changes, undefined when all are delivered. */
  async #take(): Promise<Taken | undefined> {
    const found = this.#behind ? await this.#read() : this.#queue.splice(0, batchSize)
    if (found.length === 0) return undefined
    return { changes: found.filter(({ key }) => this.#wants(key)), end: found.at(-1)!.sequence }
  }

  async #read(): Promise<Change[]> {
    const range = { ...rowsFrom(places.change), gte: Buffer.from(changeRow(this.#delivered + 1)) }
    const committed = this.#committed
    const found: Change[] = []
    for await (const rows of this.#storage.read(range, { limit: batchSize }))
      found.push(...rows.map(({ key, value }) => readChange(String(key), value)))
    this.#queue = []
    // Changes that came while this read went on are not in the queue; the next read finds them.
    this.#behind = (found.at(-1)?.sequence ?? committed) < this.#committed
    if (found.length === 0) this.#delivered = committed
    return found
  }

  async #checkpoint({ sequence }: Change): Promise<void> {
    this.#delivered = sequence
    await this.#storage.note(places.delivered, String(sequence))
    if (sequence - this.#cleared < clearEvery) return
    this.#cleared = sequence
    await this.#storage.clear({ ...rowsFrom(places.change), lt: Buffer.from(changeRow(sequence + 1)) })
  }

  /** Sets a change aside that the consumer has refused ten times. */
  async #bury(change: Change, error: unknown): Promise<void> {
    const file = join(this.#deadFolder, `${numbered(change.sequence)}.json`)
    const content = JSON.stringify({ error: String(error), record: toRecord(change) }, null, 2)
    await mkdir(this.#deadFolder, { recursive: true, mode: 0o700 })
    await writeFile(`${file}.part`, content, { mode: 0o600, flush: true })
    await rename(`${file}.part`, file)
    this.#log.error('stream record given up', { file, error: String(error) })
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(milliseconds, resolve)
      this.#cancelPause = () => {
        cancel()
        resolve()
      }
    })
  }
}

interface Counts {
  committed: number
  delivered: number
}

/** How many of the changes were taken, from the first on, and what went wrong with the next. */
async function attempt(deliver: Deliver, changes: Change[]): Promise<{ done: number; error?: unknown }> {
  try {
    const response = await deliver(changes.map(toRecord))
    const failures = response?.batchItemFailures ?? []
    if (failures.length === 0) return { done: changes.length }
    const failed = new Set(failures.map((failure) => failure.itemIdentifier))
    const first = changes.findIndex((change) => failed.has(sequenceNumber(change)))
    return { done: Math.max(0, first), error: 'named in batchItemFailures' }
  } catch (error) {
    return { done: 0, error }
  }
}
