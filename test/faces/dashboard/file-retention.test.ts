import { UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyChanges } from '../../../shared/core/updates.ts'
import { type FileRow, getFile, putFile } from '../../../shared/store/files.ts'
import { keys } from '../../../shared/store/table.ts'
import { allItems } from '../../all-items.ts'
import { type FileFaces, fileCalls, issuesOf, none, openFileFaces } from './files-fixture.ts'

let faces: FileFaces
let flow: string
let as: string
beforeAll(async () => {
  faces = await openFileFaces()
  as = faces.acme.token.user
  flow = faces.claiming
})
afterAll(() => faces.close())

const { uploaded } = fileCalls(() => faces)

describe('a file goes', () => {
  const objects = async () =>
    (
      await faces.world.s3.send(
        new ListObjectsV2Command({
          Bucket: faces.world.settings.bucket,
          Prefix: `files/${faces.acme.orgId}/`,
        }),
      )
    ).Contents?.map(({ Key = '' }) => Key.split('/')[2]) ?? []

  /** What the stream tells when the service has removed a run at its end of retention. */
  const expire = (runId: string) =>
    applyChanges(faces.world, [
      {
        eventName: 'REMOVE',
        userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
        dynamodb: {
          SequenceNumber: '1',
          Keys: { pk: { S: keys.run(faces.acme.orgId, runId).pk }, sk: { S: 'META' } },
        },
      } as never,
    ])

  test('with the last run that used it, though its end is told twice', async () => {
    const id = await uploaded()
    await faces.execute(flow, { claim: id, photo: id })
    await faces.execute(flow, { claim: id })
    const runs = (await allItems(faces.world))
      .filter(({ sk }) => sk === `FILE#${id}`)
      .map(({ pk }) => String(pk).split('#').at(-1)!)

    expect(runs).toHaveLength(2)
    await expire(runs[0]!)
    await expire(runs[0]!)
    expect((await getFile(faces.world, faces.acme.orgId, id))?.runs).toBe(1)
    expect(await objects()).toContain(id)
    await expire(runs[1]!)
    expect(await getFile(faces.world, faces.acme.orgId, id)).toBeNull()
    await expect.poll(objects, { timeout: 5000 }).not.toContain(id)
  })

  test('a day after it was made if nobody used it', async () => {
    const id = await uploaded()
    const row = (await getFile(faces.world, faces.acme.orgId, id)) as FileRow
    const left = Date.parse(row.expiresAt) - Date.parse(row.createdAt)
    const past = { expiresAt: new Date(Date.now() - 1000).toISOString() }
    const old = { ...row, ...past, id: none }
    delete old.ttl
    await putFile(faces.world, old)
    const gone = await faces.send('GET', `/v1/flow/file/${none}`, { as })
    const run = await faces.execute(flow, { claim: none })

    expect(left).toBe(24 * 3_600_000)
    expect(row.ttl).toBe(Math.floor(Date.parse(row.expiresAt) / 1000))
    expect([gone.status, run.status, issuesOf(run)]).toEqual([404, 422, [['/claim', 'unknown_file']]])
  })

  test('bytes and record, when the table lets it go', async () => {
    const id = await uploaded()
    const row = (await getFile(faces.world, faces.acme.orgId, id)) as FileRow
    const other = faces.world.ids.uuid()
    await faces.world.db.send(
      new UpdateTimeToLiveCommand({
        TableName: faces.world.settings.table,
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      }),
    )
    await putFile(faces.world, { ...row, id: other, ttl: Math.floor(Date.now() / 1000) - 5 })

    expect(await objects()).toContain(id)
    await expect.poll(objects, { timeout: 20_000 }).not.toContain(id)
    expect(await getFile(faces.world, faces.acme.orgId, other)).toBeNull()
  })
})
