import { expect, test } from 'vitest'
import { Items } from '../../../infra/local/dynamodb/items.ts'
import type { Write } from '../../../infra/local/dynamodb/storage.ts'
import { StoredItem } from '../../../infra/local/dynamodb/stored-item.ts'
import type { Change } from '../../../infra/local/dynamodb/stream.ts'
import { Writer } from '../../../infra/local/dynamodb/writer.ts'

/** A disk whose writes end when the test says so. */
function slowDisk() {
  const rows = new Map<string, string>()
  const writes: { batch: Write[]; end: PromiseWithResolvers<void> }[] = []
  return {
    writes,
    get: (key: string) => rows.get(key),
    async write(batch: Write[]) {
      const end = Promise.withResolvers<void>()
      writes.push({ batch, end })
      await end.promise
      for (const { key, value } of batch) value === undefined ? rows.delete(key) : rows.set(key, value)
    },
  }
}

function open() {
  const disk = slowDisk()
  const changes: Change[] = []
  const failures: unknown[] = []
  const writer = new Writer(disk, new Items(disk), {
    changes: (batch) => changes.push(...batch),
    failure: (error) => failures.push(error),
  })
  return { disk, writer, changes, failures }
}

const item = (n: number) => new StoredItem(`{"n":{"N":"${n}"}}`)
const turn = () => new Promise((resolve) => setImmediate(resolve))
const change = { sequence: 1 } as Change

/** Whether a promise is fulfilled by now. */
async function isDone(promise: Promise<void> | undefined): Promise<boolean> {
  const waiting = Symbol()
  await turn()
  return (await Promise.race([promise, Promise.resolve(waiting)])) !== waiting
}

test('nobody is told before the batch with his writes is on disk, and the stream neither', async () => {
  const { disk, writer, changes } = open()

  writer.setItem('a', item(1))
  writer.addChange(change, 'c', '{}')
  const settled = writer.settled()

  expect(await isDone(settled)).toBe(false)
  expect(changes).toEqual([])
  disk.writes[0]!.end.resolve()
  expect(await isDone(settled)).toBe(true)
  expect(changes).toEqual([change])
})

test('requests of one turn share a batch, those that come meanwhile share the next', async () => {
  const { disk, writer } = open()

  writer.setItem('a', item(1))
  writer.setItem('b', item(1))
  await turn()
  writer.setItem('c', item(1))
  writer.setItem('d', item(1))
  await turn()

  expect(disk.writes.map(({ batch }) => batch.map(({ key }) => key))).toEqual([['a', 'b']])
  disk.writes[0]!.end.resolve()
  await turn()
  expect(disk.writes.map(({ batch }) => batch.map(({ key }) => key))).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
})

test('the next write sees what is on its way, readers see only what is on disk', async () => {
  const { disk, writer } = open()

  writer.setItem('a', item(1))
  await turn()

  expect(writer.latest('a')?.text).toBe(item(1).text)
  expect(writer.committed('a')).toBeUndefined()
  disk.writes[0]!.end.resolve()
  await turn()
  expect(writer.committed('a')?.text).toBe(item(1).text)
})

test('who is refused because of a write on its way waits for it, who has nothing to do with it does not', async () => {
  const { disk, writer } = open()

  writer.setItem('a', item(1))
  await turn()
  const refused = writer.settledFor(['a'])

  expect(await isDone(refused)).toBe(false)
  expect(writer.settledFor(['b'])).toBeUndefined()
  disk.writes[0]!.end.resolve()
  expect(await isDone(refused)).toBe(true)
})

test('a row that is written again while it is on its way keeps the later value', async () => {
  const { disk, writer } = open()

  writer.setItem('a', item(1))
  await turn()
  writer.setItem('a', item(2))
  disk.writes[0]!.end.resolve()
  await turn()

  expect(writer.latest('a')?.text).toBe(item(2).text)
  expect(writer.committed('a')?.text).toBe(item(1).text)
  disk.writes[1]!.end.resolve()
  await turn()
  expect(writer.committed('a')?.text).toBe(item(2).text)
})

test('G7 a batch that fails ends it: nobody is told, nothing more is written', async () => {
  const { disk, writer, failures } = open()
  const error = new Error('EIO')

  writer.setItem('a', item(1))
  const settled = writer.settled()
  await turn()
  writer.setItem('b', item(1))
  disk.writes[0]!.end.reject(error)

  expect(await isDone(settled)).toBe(false)
  expect(failures).toEqual([error])
  expect(disk.writes).toHaveLength(1)
})
