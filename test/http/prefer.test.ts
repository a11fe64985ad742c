import { afterAll, beforeAll, expect, test } from 'vitest'
import { openToyWorld, type ToyWorld } from './toy-world.ts'

let toys: ToyWorld
beforeAll(async () => {
  toys = await openToyWorld()
})
afterAll(() => toys.close())

const id = '0d6c8a53-5a0f-4a57-9d0e-5a0f6f3c7f11'
const run = (query = '', headers: Record<string, string> = {}) =>
  toys.send('POST', `/toys/${id}/run${query}`, { as: toys.acme.token.user, body: {}, headers })

test.each([
  ['', {}, 25, undefined],
  ['?wait=0', {}, 0, undefined],
  ['?wait=7', {}, 7, undefined],
  ['?wait=25', {}, 25, undefined],
  ['?wait=26', {}, 25, undefined],
  ['', { prefer: 'wait=5' }, 5, 'wait=5'],
  ['', { prefer: 'respond-async' }, 0, 'wait=0'],
  ['', { prefer: 'respond-async, wait=10' }, 0, 'wait=0'],
  ['', { prefer: 'return=minimal; wait=99' }, 25, 'wait=25'],
  ['', { prefer: 'Wait=3' }, 3, 'wait=3'],
  ['', { prefer: 'wait=soon' }, 25, undefined],
  ['?wait=3', { prefer: 'wait=9' }, 3, undefined],
])('M6 %s with %j waits %i seconds', async (query, headers, seconds, applied) => {
  const answer = await run(query, headers as unknown as Record<string, string>)

  expect([answer.status, toys.toy.last.waitSeconds]).toEqual([200, seconds])
  expect(answer.headers['preference-applied']).toBe(applied)
})

test.each(['-1', '1.5', 'x', '', '5;', '%20'])('?wait=%s is refused', async (wait) => {
  const { status, body } = await run(`?wait=${wait}`)

  expect([status, body.details.issues[0].path]).toEqual([400, '?wait'])
})

test('K13 wait given twice is refused', async () => {
  expect((await run('?wait=1&wait=1')).status).toBe(400)
})

test('a route that does not wait knows no wait', async () => {
  const { status } = await toys.send('GET', '/toys?wait=1', { as: toys.acme.token.viewer })

  expect(status).toBe(400)
})
