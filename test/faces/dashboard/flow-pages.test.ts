import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adding } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
  for (const number of [1, 2, 3, 4, 5])
    await faces.send('POST', '/v1/flow', {
      as,
      body: { name: `Flow ${number}`, tags: number > 3 ? ['late'] : ['early'], definition: adding },
    })
})
afterAll(() => faces.close())

const list = (query = '') => faces.send('GET', `/v1/flow${query}`, { as })
const names = (body: { data: { name: string }[] }) => body.data.map(({ name }) => name)

test('a page says what it is, newest first, without definitions', async () => {
  const { body, headers } = await list('?limit=2')

  expect(body).toMatchObject({ limit: 2, page: 1, total: 5, totalCapped: false, hasMore: true })
  expect(names(body)).toEqual(['Flow 5', 'Flow 4'])
  expect(Object.keys(body)).toEqual([
    'data',
    'limit',
    'page',
    'total',
    'totalCapped',
    'hasMore',
    'nextCursor',
  ])
  expect(body.data[0]).not.toHaveProperty('definition')
  expect(headers.link).toContain('rel="next"')
})

test('pages by number and by cursor show each flow once', async () => {
  const third = await list('?limit=2&page=3')
  const first = await list('?limit=2')
  const second = await list(`?limit=2&cursor=${first.body.nextCursor}`)

  expect([names(third.body), third.body.hasMore, third.body.nextCursor]).toEqual([['Flow 1'], false, null])
  expect([names(second.body), second.body.page]).toEqual([['Flow 3', 'Flow 2'], null])
  expect(third.headers).not.toHaveProperty('link')
})

test('the link to the next page keeps its filters', async () => {
  const { headers } = await list('?limit=1&tag=late&page=1')
  const [, path] = /<([^>]*)>/.exec(headers.link ?? '')!

  expect(names((await faces.send('GET', path!, { as })).body)).toEqual(['Flow 4'])
})

test('filters', async () => {
  expect(names((await list('?q=FLOW%202')).body)).toEqual(['Flow 2'])
  expect(names((await list('?tag=early&order=asc')).body)).toEqual(['Flow 1', 'Flow 2', 'Flow 3'])
  expect((await list('?status=published')).body.data).toEqual([])
  expect((await list('?trigger=form')).body).toMatchObject({ total: 5 })
  expect((await list('?trigger=webhook')).body).toMatchObject({ data: [], total: 0 })
})

test('?total=false leaves the count out', async () => {
  expect((await list('?total=false&limit=2')).body).toMatchObject({ total: null, hasMore: true })
})

describe('refused with 400', () => {
  test.each([
    '?limit=0',
    '?limit=101',
    '?page=0',
    '?page=1&cursor=c1.x',
    '?limit=100&page=101',
    '?cursor=c1.x.y',
    '?status=gone',
    '?order=up',
    '?q=a&q=b',
  ])('%s', async (query) => {
    const { status, body } = await list(query)

    expect([status, body.error.code]).toEqual([400, 'invalid_request'])
  })
})

test('A11 the cursor of another organisation is none', async () => {
  const { body } = await list('?limit=2')
  const answer = await faces.send('GET', `/v1/flow?limit=2&cursor=${body.nextCursor}`, {
    as: faces.other.token.user,
  })

  expect(answer.status).toBe(400)
})
