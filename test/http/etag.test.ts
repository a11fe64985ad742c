import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openToyWorld, type ToyWorld } from './toy-world.ts'

let toys: ToyWorld
beforeAll(async () => {
  toys = await openToyWorld()
})
afterAll(() => toys.close())
beforeEach(() => {
  toys.toy.reply = async () => ({ body: { fine: true }, etag: '"r12"' })
})

const id = '0d6c8a53-5a0f-4a57-9d0e-5a0f6f3c7f11'
const send = (method: string, headers: Record<string, string>, body?: unknown) =>
  toys.send(method, `/toys/${id}`, { as: toys.acme.token.user, headers, body })

describe('If-None-Match', () => {
  test.each(['"r12"', 'W/"r12"', '"r1", "r12"', '*'])('%s is 304 without a body', async (tag) => {
    const { status, text, headers } = await send('GET', { 'if-none-match': tag })

    expect([status, text, headers.etag]).toEqual([304, '', '"r12"'])
    expect(headers).not.toHaveProperty('content-type')
    expect(headers['request-id']).toMatch(/^req_/)
  })

  test.each(['"r1"', 'r12x', ''])('%s is read anew', async (tag) => {
    expect((await send('GET', { 'if-none-match': tag })).status).toBe(200)
  })

  test('a write does not look at it', async () => {
    expect((await send('PATCH', { 'if-none-match': '*' }, {})).status).toBe(200)
  })
})

describe('If-Match', () => {
  test.each([
    ['"r12"', ['"r12"']],
    ['"r1" , "r12"', ['"r1"', '"r12"']],
    ['*', ['*']],
    ['W/"r12"', []],
    ['W/"r12", "r3"', ['"r3"']],
  ])('%s hands on the strong tags', async (header, ifMatch) => {
    await send('PATCH', { 'if-match': header }, {})

    expect(toys.toy.last.guard).toEqual({ ifMatch })
  })

  test('absent = no check', async () => {
    await send('PATCH', {}, {})

    expect(toys.toy.last.guard).toEqual({})
  })

  test.each(['r12', '"r12', 'W/r12', '"r1" "r2"', ''])('%j cannot be read', async (header) => {
    const { status, body } = await send('PATCH', { 'if-match': header }, {})

    expect([status, body.details.issues[0].path]).toEqual([400, 'If-Match'])
  })
})
