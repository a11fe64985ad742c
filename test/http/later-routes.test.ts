import { afterAll, beforeAll, expect, test } from 'vitest'
import { caller } from './caller.ts'
import { toyServed } from './toy.ts'
import { openToyWorld, type ToyWorld } from './toy-world.ts'

let here: ToyWorld
beforeAll(async () => {
  here = await openToyWorld()
})
afterAll(() => here.close())

/** The toy's routes, one of them at hand, the others to be read later, and the whole table after them. */
function opened() {
  const { routes, wordsFor } = toyServed(here.toy)
  const [first, ...others] = routes
  const reads: string[] = []
  const later = (name: string, found: typeof routes) => async () => {
    reads.push(name)
    return found
  }
  const served = { routes: [first!], more: later('more', others), table: later('table', routes), wordsFor }
  return { send: caller(here.world, served), reads }
}

test('a route that is at hand is answered without reading any other', async () => {
  const { send, reads } = opened()
  const { status } = await send('GET', '/toys', { as: here.acme.token.viewer })

  expect([status, reads]).toEqual([200, []])
})

test('one that is asked for seldom is read once, and the table not at all', async () => {
  const { send, reads } = opened()
  const sent = { as: here.acme.token.user, body: { name: 'bear' } }
  const answers = [await send('POST', '/toys', sent), await send('POST', '/toys', sent)]

  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(reads).toEqual(['more'])
})

test('what is no route of the door is looked for in the whole table', async () => {
  const { send, reads } = opened()
  const { status } = await send('GET', '/nowhere')

  expect([status, reads]).toEqual([404, ['more', 'table']])
})
