import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openToyWorld, type ToyWorld } from './toy-world.ts'

let toys: ToyWorld
beforeAll(async () => {
  toys = await openToyWorld()
})
afterAll(() => toys.close())

const get = (query: string, path = '/toys') =>
  toys.send('GET', `${path}?${query}`, { as: toys.acme.token.viewer })

test('a query is read by the route’s own schema', async () => {
  await get('limit=7&q=a%20b%2Bc&big=true')

  expect(toys.toy.last.query).toEqual({ limit: 7, q: 'a b+c', big: true })
})

describe('refused with 400, naming the parameter', () => {
  test.each([
    ['limit=0'],
    ['limit=-1'],
    ['limit=101'],
    ['limit=1000000000'],
    ['limit=10;'],
    ['limit=1e1'],
    ['limit=%31%30x'],
    ['limit='],
    ['limit=٣'],
  ])('K10 %s', async (query) => {
    const { status, body } = await get(query)

    expect([status, body.code, body.details.issues[0].path]).toEqual([400, 'invalid_request', '?limit'])
  })

  test.each([
    ['limit=1&limit=2', '?limit'],
    ['q=a&q=a', '?q'],
    ['q=a&Q=b', '?Q'],
    ['big=yes', '?big'],
    ['more=1', '?more'],
    ['__proto__=1', '?__proto__'],
  ])('K13 %s', async (query, path) => {
    const { status, body } = await get(query)

    expect([status, body.details.issues[0].path]).toEqual([400, path])
  })

  // That text was expected and an array received told nothing to somebody who had sent text, twice.
  test('in words that say what to do: a parameter is to be given once', async () => {
    const { body } = await get('limit=1&limit=2')

    expect(body.details.issues[0].message).toBe('limit: give it once')
  })
})

test('a parameter that may be given several times is read as a list', async () => {
  await get('tag=a&tag=b')

  expect(toys.toy.last.query).toEqual({ tag: ['a', 'b'] })
})

test('no credential is read from a query', async () => {
  const { status } = await toys.send('GET', `/toys?access_token=${toys.acme.token.admin}`)

  expect(status).toBe(401)
})
