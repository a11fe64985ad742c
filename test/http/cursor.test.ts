import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openToyWorld, type ToyWorld } from './toy-world.ts'

let toys: ToyWorld
let cursor: string
beforeAll(async () => {
  toys = await openToyWorld()
  cursor = nextOf((await list()).headers.link)
})
afterAll(() => toys.close())

const list = (query = '', as = toys.acme.token.viewer) => toys.send('GET', `/list${query}`, { as })
const nextOf = (link = '') =>
  new URLSearchParams(/<[^?]*\?([^>]*)>; rel="next"/.exec(link)?.[1]).get('cursor')!

test('a page names the next one, which goes on where it ended', async () => {
  const second = await list(`?cursor=${cursor}`)
  const third = await list(`?cursor=${nextOf(second.headers.link)}`)

  expect([second.body, third.body]).toEqual([{ at: 1 }, { at: 2 }])
})

test('the link keeps the filters, so that it can be followed as it stands', async () => {
  const { headers } = await list('?tag=a%20b')
  const [, path] = /<([^>]*)>/.exec(headers.link ?? '')!

  expect((await toys.send('GET', path!, { as: toys.acme.token.viewer })).body).toEqual({ at: 1 })
})

test('a cursor tells nothing of what it holds', () => {
  expect(cursor).toMatch(/^c1\.[\w-]+\.[\w-]{43}$/)
  expect(Buffer.from(cursor.split('.')[1]!, 'base64url').toString()).not.toContain('position')
})

describe('K10 refused with 400 at ?cursor', () => {
  const flip = (text: string, at: number) =>
    text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)

  test.each([
    ['a changed body', () => flip(cursor, 20)],
    ['a changed seal', () => flip(cursor, cursor.length - 5)],
    ['no seal', () => cursor.slice(0, cursor.lastIndexOf('.'))],
    ['another kind', () => cursor.replace('c1.', 'c2.')],
    ['a bare key', () => Buffer.from('{"__proto__":{"a":1}}').toString('base64url')],
    ['nothing', () => ''],
    ['10 KB', () => `c1.${'a'.repeat(10_000)}.${'b'.repeat(43)}`],
  ])('%s', async (_what, make) => {
    const { status, body } = await list(`?cursor=${make()}`)

    expect([status, body.code, body.details.issues[0].path]).toEqual([400, 'invalid_request', '?cursor'])
  })

  test('A11 the cursor of another organisation', async () => {
    expect((await list(`?cursor=${cursor}`, toys.other.token.viewer)).status).toBe(400)
  })

  test('the cursor of another filter', async () => {
    expect((await list(`?cursor=${cursor}&tag=b`)).status).toBe(400)
  })

  test('one older than 24 hours', async () => {
    const fresh = nextOf((await list()).headers.link)
    await toys.clock.advance(86_400_000 - 1000)
    const token = await toys.fresh('viewer')
    const before = await list(`?cursor=${fresh}`, token)
    await toys.clock.advance(2000)
    const after = await list(`?cursor=${fresh}`, token)

    expect([before.status, after.status]).toEqual([200, 400])
  })
})
