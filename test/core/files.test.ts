import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFile, storeFile } from '../../shared/core/files.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { releaseFile } from '../../shared/store/file-uses.ts'
import { getFile } from '../../shared/store/files.ts'
import { indexKeys, keys } from '../../shared/store/table.ts'
import { adding, openRunsWorld, org, type RunsWorld } from './runs-fixture.ts'

let runs: RunsWorld
let flowId: string
const wish = { filename: 'a.txt', contentType: 'text/plain', size: 3 }
const many = Array.from({ length: 41 }, (_, at) => ({ name: `f${at}`, type: 'file' }))
beforeAll(async () => {
  runs = await openRunsWorld({ realTime: true })
  flowId = await runs.publish({ ...adding, inputs: many })
})
afterAll(() => runs.close())

const uploader = { orgId: org, actor: 'user:ann' }
const stored = async () => (await storeFile(runs.world, uploader, wish, Buffer.from('abc'))).fileId
const usesOf = async (id: string) => (await getFile(runs.world, org, id))?.runs

test('a run uses each of up to 40 files once, and no more', async () => {
  const ids = await Promise.all(Array.from({ length: 41 }, stored))
  const inputs = (count: number) => Object.fromEntries(ids.slice(0, count).map((id, at) => [`f${at}`, id]))

  await runs.begin(flowId, inputs(40))
  await expect(runs.begin(flowId, inputs(41))).rejects.toMatchObject({
    code: 'validation_failed',
    details: { issues: [{ path: '/f0', code: 'too_many_files' }] },
  })
  expect(await Promise.all(ids.map(usesOf))).toEqual([...Array(40).fill(1), 0])
})

test('a start that is repeated uses its file once', async () => {
  const id = await stored()
  const order = { flowId, inputs: { f0: id }, trigger: { type: 'api' }, waitSeconds: 0 }
  const idempotency = { id: 'the-same', bodyHash: 'h' }
  const all = await Promise.allSettled(
    Array.from({ length: 5 }, () => startRun(runs.world, runs.who, { ...order, idempotency })),
  )

  expect(all.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
  expect(await usesOf(id)).toBe(1)
})

test('starts at once all count, and their ends leave nothing', async () => {
  const id = await stored()
  const begun = await Promise.all(Array.from({ length: 4 }, () => runs.begin(flowId, { f1: id })))
  const used = await usesOf(id)
  for (const run of begun) await releaseFile(runs.world, { orgId: org, runId: run.id, fileId: id })

  expect(used).toBe(4)
  expect(await getFile(runs.world, org, id)).toBeNull()
})

test('an end that is told of a file which is gone already changes nothing', async () => {
  const use = { orgId: org, runId: runs.world.ids.uuid(), fileId: runs.world.ids.uuid() }

  await expect(releaseFile(runs.world, use)).resolves.toBeUndefined()
})

test('an organisation has at most 10,000 files', async () => {
  const { db, settings, ids } = runs.world
  const full = ids.uuid()
  for (let batch = 0; batch < 400; batch++) {
    const items = Array.from({ length: 25 }, () => {
      const id = ids.uuid()
      return { ...keys.file(full, id), id, gsi1pk: indexKeys.files(full), gsi1sk: id }
    })
    // One less than may be.
    if (batch === 0) items.pop()
    const Requests = items.map((Item) => ({ PutRequest: { Item } }))
    await db.send(new BatchWriteCommand({ RequestItems: { [settings.table]: Requests } }))
  }
  const create = () => createFile(runs.world, { ...uploader, orgId: full }, wish)

  await create()
  await expect(create()).rejects.toMatchObject({
    code: 'concurrency_limit',
    details: { limit: 10_000, retryAfterSeconds: expect.any(Number) },
  })
}, 60_000)
