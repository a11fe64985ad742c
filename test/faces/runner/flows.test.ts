import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
})
afterAll(() => faces.close())

/** As seed 003 prints it, without calls. */
const text = `metadata:
  name: "My Flow"
  version: "1.0.0"
nodes:
  start:
    type: "transform"
    params: { value: 1 }
`
const post = (body: unknown) => faces.send('POST', '/api/v1/flows', { as, body })
const put = (id: string, body: unknown, headers = {}) =>
  faces.send('PUT', `/api/v1/flows/${id}`, { as, body, headers })
const get = (path: string) => faces.send('GET', path, { as })

test('a flow is made and published as the seed prints it', async () => {
  const { status, body, headers } = await post({ name: 'My Flow', definition: text, tags: ['production'] })

  expect(status).toBe(201)
  expect(Object.keys(body)).toEqual([
    'id',
    'name',
    'description',
    'version',
    'created_at',
    'updated_at',
    'tags',
  ])
  expect(body).toMatchObject({ name: 'My Flow', description: '', version: '1.0.0', tags: ['production'] })
  expect(headers.location).toBe(`/api/v1/flows/${body.id}`)
})

test('the definition comes back byte for byte', async () => {
  const made = await post({ name: 'My Flow', definition: text })
  const { body } = await get(`/api/v1/flows/${made.body.id}`)

  expect(body.definition).toBe(text)
  expect(Object.keys(body)).toEqual([
    ...['id', 'name', 'description', 'version', 'definition', 'created_at', 'updated_at', 'tags'],
  ])
})

test('an object comes back as JSON text with two spaces', async () => {
  const document = { metadata: { name: 'A' }, nodes: { end: { type: 'final' } } }
  const made = await post({ name: 'A', definition: document })

  expect((await get(`/api/v1/flows/${made.body.id}`)).body.definition).toBe(JSON.stringify(document, null, 2))
  expect(made.body.version).toBe('1.0.0')
})

test('older clients call it content; both and different is 400', async () => {
  expect((await post({ name: 'A', content: text })).status).toBe(201)
  expect((await post({ name: 'A', content: text, definition: text })).status).toBe(201)
  expect((await post({ name: 'A', content: 'x', definition: text })).status).toBe(400)
})

test('PUT publishes what has changed and ignores what cannot be changed', async () => {
  const made = await post({ name: 'A', definition: text })
  const read = await get(`/api/v1/flows/${made.body.id}`)
  const { status, body } = await put(made.body.id, {
    ...read.body,
    version: '9.9.9',
    name: 'B',
    definition: text.replace('1.0.0', '1.0.1'),
  })

  expect([status, body.name, body.version, body.id]).toEqual([200, 'B', '1.0.1', made.body.id])
  expect(body.created_at).toBe(made.body.created_at)
})

test('PUT is guarded, and says what it is at', async () => {
  const made = await post({ name: 'A', definition: text })
  const late = await put(made.body.id, { name: 'B' }, { 'if-match': '"r9"' })

  expect([late.status, late.body.error.code, late.body.error.details]).toEqual([
    412,
    'etag_mismatch',
    { etag: '"r1"' },
  ])
})

test('DELETE says so, once', async () => {
  const made = await post({ name: 'A', definition: text })
  const path = `/api/v1/flows/${made.body.id}`

  expect((await faces.send('DELETE', path, { as })).body).toEqual({ message: 'Flow deleted successfully' })
  expect((await faces.send('DELETE', path, { as })).status).toBe(404)
})

describe('the list', () => {
  test('repeats limit and offset as used, and links to what follows', async () => {
    await post({ name: 'A', definition: text, tags: ['listed'] })
    await post({ name: 'B', definition: text, tags: ['listed'] })
    const { body, headers } = await get('/api/v1/flows?tag=listed&limit=1')
    const [, next] = /<([^>]*)>/.exec(headers.link ?? '')!
    const second = await get(next!)

    expect(body).toMatchObject({ total: 2, limit: 1, offset: 0 })
    expect([body.flows[0].name, second.body.flows[0].name, second.body.offset]).toEqual(['B', 'A', 0])
    expect((await get('/api/v1/flows?tag=listed&offset=7')).body).toMatchObject({ flows: [], offset: 7 })
  })

  test('finds one whole tag, as it is written', async () => {
    const { body: one } = await post({ name: 'One', definition: text, tags: ['Whole', 'and more'] })
    const { body: two } = await post({ name: 'Two', definition: text, tags: ['and more'] })
    const found = async (tag: string) => {
      const { body } = await get(`/api/v1/flows?tag=${encodeURIComponent(tag)}`)
      return [body.flows.map(({ id }: { id: string }) => id), body.total]
    }

    expect(await found('Whole')).toEqual([[one.id], 1])
    expect(await found('and more')).toEqual([[two.id, one.id], 2])
    for (const tag of ['whole', 'Who', 'and', 'Whole,and more']) expect(await found(tag)).toEqual([[], 0])
  })

  test.each([
    ['?tag=', 'tag'],
    ['?limit=0', 'limit'],
    ['?limit=10;', 'limit'],
    ['?offset=-1', 'offset'],
    ['?offset=10001', 'offset'],
    ['?page=1', 'page'],
    ['?limit=1&limit=2', 'limit'],
    ['?offset=0&cursor=c1.x', 'cursor'],
  ])('%s is 400 naming %s', async (query, field) => {
    const { status, body } = await get(`/api/v1/flows${query}`)

    expect([status, body.error.code, body.error.details.field]).toEqual([400, 'invalid_request', field])
  })
})

describe('refusals', () => {
  test('the printed one', async () => {
    const { status, body } = await post({ definition: text })

    expect([status, body]).toEqual([
      400,
      {
        error: {
          code: 'invalid_request',
          message: 'The request was invalid',
          details: { field: 'name', reason: 'Name is required' },
        },
      },
    ])
  })

  test.each([
    [{ name: 'A' }, 400, 'definition'],
    [{ name: 7, definition: text }, 400, 'name'],
    [{ name: 'x'.repeat(201), definition: text }, 422, 'name'],
    [{ name: 'A', definition: text, tags: ['a', 'a'] }, 422, 'tags'],
    [{ name: 'A', definition: text, owner: 'me' }, 422, 'owner'],
    [{ name: 'A', definition: 'a: [' }, 422, 'definition'],
  ])('%j', async (sent, expected, field) => {
    const { status, body } = await post(sent)

    expect([status, body.error.details.field]).toEqual([expected, field])
  })

  test('errors of a definition are 422, all of them, with step, line and column', async () => {
    const broken = text.replace(
      'params: { value: 1 }',
      'next: { default: "gone" }\n  other:\n    type: "http.request"',
    )
    const { status, body } = await post({ name: 'A', definition: broken })

    expect([status, body.error.code, body.error.details.field]).toEqual([
      422,
      'validation_error',
      'definition',
    ])
    expect(body.error.details.errors.length).toBeGreaterThan(1)
    for (const error of body.error.details.errors)
      expect(error).toMatchObject({
        field: 'definition',
        reason: expect.any(String),
        line: expect.any(Number),
      })
  })

  test('nothing is stored of what is refused', async () => {
    const before = (await get('/api/v1/flows')).body.total
    await post({ name: 'A', definition: 'nodes: { a: { type: nonsense } }' })

    expect((await get('/api/v1/flows')).body.total).toBe(before)
  })

  test('a PUT of nothing', async () => {
    const made = await post({ name: 'A', definition: text })

    expect((await put(made.body.id, {})).status).toBe(422)
  })

  test('no such route below /api/v1 is in the words of this face', async () => {
    const { status, body } = await get('/api/v1/nothing')

    expect([status, body]).toEqual([
      404,
      { error: { code: 'not_found', message: 'The requested resource was not found' } },
    ])
  })
})
