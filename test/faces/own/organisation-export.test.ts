import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ExportDocument } from '../../../shared/core/export-document.ts'
import { keys } from '../../../shared/store/table.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { documents } from '../dashboard/portable-documents.ts'
import { adding } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
beforeEach(async () => {
  faces = await openFaces()
  as = faces.acme.token.admin
})
afterEach(() => faces.close())

interface Page {
  data: ExportDocument[]
  masked: { id: string; pointers: string[] }[]
  leftOut: { id: string; name: string; reason: string }[]
  nextCursor: string | null
}

const read = (query = '', who = as) => faces.send('GET', `/v1/organisation/export${query}`, { as: who })
async function pages(query: string): Promise<Page[]> {
  const found: Page[] = []
  let from = ''
  do {
    const { status, body } = await read(`?${query}${from}`)
    expect(status).toBe(200)
    found.push(body)
    from = `&cursor=${body.nextCursor}`
  } while (found.at(-1)?.nextCursor)
  return found
}
const made = async (definition: JsonObject | string, name?: string) => {
  const body = { definition, ...(name === undefined ? {} : { name }) }
  return (await faces.send('POST', '/v1/flow', { as, body })).body._id as string
}
const bring = async (body: unknown) => {
  const brought = await faces.send('POST', '/v1/flow/import', { as: faces.other.token.admin, body })
  expect(brought.status).toBe(201)
  return brought.body as { flow: JsonObject & { _id: string }; warnings: JsonObject[] }
}
const stored = async (id: string, who = as) =>
  (await faces.send('GET', `/v1/flow/${id}`, { as: who })).body as JsonObject
const called = (name: string, flowId: string | JsonObject): JsonObject => ({
  metadata: { name },
  nodes: { call: { type: 'flow', params: { flowId } } },
})

describe('the flows of an organisation', () => {
  test('are the same in another one after export and import, whatever page they came on', async () => {
    const ids = await Promise.all(Object.values(documents).map((definition) => made(definition, 'Named')))
    const versions = await faces.flow(adding)
    for (const name of ['Second', 'Third']) {
      const definition = { ...adding, metadata: { name } }
      await faces.send('PATCH', `/v1/flow/${versions}`, { as, body: { definition } })
      if (name === 'Second') await faces.send('POST', `/v1/flow/${versions}/publish`, { as })
    }
    const gone = await faces.flow(adding)
    await faces.send('DELETE', `/v1/flow/${gone}`, { as })
    const found = await pages('limit=2')
    const exported = found.flatMap(({ data }) => data)

    expect(found.length).toBe(Math.ceil((ids.length + 1) / 2))
    expect(exported.map(({ ref }) => ref).sort()).toEqual([...ids, versions].sort())
    for (const document of exported) {
      const { flow } = await bring(document)
      const before = await stored(document.ref as string)
      const after = await stored(flow._id, faces.other.token.admin)
      expect(after).toMatchObject({ name: before.name, tags: before.tags, description: before.description })
      const again = await faces.send('GET', `/v1/flow/${flow._id}/export`, { as: faces.other.token.admin })
      expect(again.body.flow).toEqual(document.flow)
    }
  })

  test('whose definitions hold nothing of their organisation are byte for byte what they were', async () => {
    const id = await made(adding)
    const { body } = await read()
    const { flow } = await bring(body.data[0])

    expect((await stored(flow._id, faces.other.token.admin)).definition).toEqual(
      (await stored(id)).definition,
    )
  })

  test('that call each other say so by the id that is the ref of the other, so calls are put together again', async () => {
    const leaf = await made(adding)
    const root = await made(called('Root', leaf))
    await made(called('Twice', leaf))
    const self = await made(adding)
    await faces.send('PATCH', `/v1/flow/${self}`, { as, body: { definition: called('Self', self) } })
    const { data } = (await read()).body as Page
    const of = (id: string) => data.find(({ ref }) => ref === id)!
    const { flow: newLeaf } = await bring(of(leaf))
    const { flow: newRoot, warnings } = await bring({ document: of(root), flows: { [leaf]: newLeaf._id } })
    const { flow: newSelf } = await bring(of(self))

    expect(of(root)).toMatchObject({
      flow: { definition: called('Root', { $flow: leaf }) },
      requires: { flows: [{ ref: leaf, name: 'Renewal risk', version: 'latest' }] },
    })
    expect(newRoot.definition).toEqual(called('Root', newLeaf._id))
    expect(newSelf.definition).toEqual(called('Self', newSelf._id))
    expect(warnings).toEqual([])
  })

  test('are given as they were published last, or as drafts where nothing is published', async () => {
    const published = await faces.flow(adding)
    const draft = { ...adding, metadata: { name: 'Draft' } }
    await faces.send('PATCH', `/v1/flow/${published}`, { as, body: { definition: draft } })
    const fresh = await made(called('Fresh', 'nobody'))
    const seen = async (query: string) =>
      ((await read(query)).body as Page).data.map(({ ref, sourceVersion, flow }) => [
        ...[ref, sourceVersion],
        (flow.definition.metadata as JsonObject).name,
      ])

    expect(await seen('?version=latest')).toEqual([
      [published, 1, 'Renewal risk'],
      [fresh, null, 'Fresh'],
    ])
    expect(await seen('')).toEqual([
      [published, null, 'Draft'],
      [fresh, null, 'Fresh'],
    ])
    expect((await read('?version=1')).status).toBe(400)
  })

  test('are all there although some are changed between two pages', async () => {
    const ids = [await made(adding), await made(adding), await made(adding), await made(adding)]
    const first = (await read('?limit=2')).body as Page
    await faces.send('PATCH', `/v1/flow/${ids[3]}`, { as, body: { description: 'Later' } })
    await faces.send('PATCH', `/v1/flow/${ids[0]}`, { as, body: { description: 'Again' } })
    const second = (await read(`?cursor=${first.nextCursor}`)).body as Page

    expect(first.data.map(({ ref }) => ref)).toEqual([ids[0], ids[1]])
    expect(second.data.map(({ ref }) => ref)).toEqual([ids[2], ids[3], ids[0]])
    expect(second.data.at(-1)?.flow.description).toBe('Again')
  })

  test('hold no credential: secrets are names, and where literals were taken out is told', async () => {
    const body = { key: 'CRM_KEY', value: 'canary secret' }
    await faces.send('POST', '/api/v1/accounts/me/secrets', { as, body })
    const headers = { Authorization: 'Bearer canary literal', 'X-Key': '{{secrets.CRM_KEY}}' }
    const id = await made({
      metadata: { name: 'Calls' },
      nodes: { call: { type: 'http.request', params: { url: 'https://a.example/', headers } } },
    })
    const { text, body: page } = await read()

    expect(text).not.toContain('canary')
    expect(page.data[0].requires.secrets).toEqual(['CRM_KEY'])
    expect(page.masked).toEqual([
      { id, pointers: ['/flow/definition/nodes/call/params/headers/Authorization'] },
    ])
  })

  test('come in pages that a function can answer with, however much is asked for', async () => {
    // Three times as long in JSON.
    const long = `metadata: {name: Long}\nnotes: "${'\\a'.repeat(130_000)}"\nnodes: {end: {type: final}}\n`
    const ids: string[] = []
    for (let count = 0; count < 7; count++) ids.push(await made(long))
    const found = await pages('limit=100')

    expect(found.map(({ data }) => data.map(({ ref }) => ref))).toEqual([ids.slice(0, 5), ids.slice(5)])
    for (const page of found) expect(JSON.stringify(page).length).toBeLessThan(6_000_000)
  })

  test('that cannot be carried keep no others back, and are named', async () => {
    const ids = [await made(adding), await made(adding), await made(adding)]
    // As if it were deleted after the list was read.
    await faces.world.db.send(
      new UpdateCommand({
        TableName: faces.world.settings.table,
        Key: keys.flow(faces.acme.orgId, ids[1]!),
        UpdateExpression: 'SET deletedAt = :at',
        ExpressionAttributeValues: { ':at': '2026-03-01T06:00:00.000Z' },
      }),
    )
    const { data, leftOut } = (await read()).body as Page

    expect(data.map(({ ref }) => ref)).toEqual([ids[0], ids[2]])
    expect(leftOut).toEqual([{ id: ids[1], name: 'Renewal risk', reason: 'There is no such flow' }])
  })

  test('are for admins, of their own organisation, with a cursor of this very list', async () => {
    await made(adding)
    await made(adding)
    const { status } = await read('', faces.acme.token.user)
    const theirs = await read('', faces.other.token.admin)
    const { nextCursor } = (await read('?limit=1')).body
    const latest = await read(`?version=latest&cursor=${nextCursor}`)
    const elsewhere = await read(`?cursor=${nextCursor}`, faces.other.token.admin)

    expect(status).toBe(403)
    expect(theirs.body).toEqual({ data: [], masked: [], leftOut: [], hasMore: false, nextCursor: null })
    expect([latest.status, elsewhere.status]).toEqual([400, 400])
  })
})
