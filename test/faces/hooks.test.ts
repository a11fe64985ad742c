import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allItems } from '../all-items.ts'
import { hookCalls, key, openHookFaces, plain, plainSecret, signed, standard } from './hooks-fixture.ts'
import type { Faces } from './open-faces.ts'

let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openHookFaces()
  as = faces.acme.token.user
})
afterAll(() => faces.close())

const { flowOf, send, ended, runsOf } = hookCalls(() => faces)

describe('a delivery', () => {
  test('starts a run of the latest version, which is stored before the answer', async () => {
    const flow = await flowOf({ verify: standard })
    const body = '{"deal": "d-7"}'
    const answer = await send(flow, body, {
      headers: { ...signed(body, 'msg_1'), 'user-agent': 'CRM/2' },
      query: '?a=1&a=2&b=3',
    })

    expect([answer.status, answer.body]).toEqual([202, { status: 'queued', appRunId: expect.any(String) }])
    const run = await ended(answer.body.appRunId)
    expect(run).toMatchObject({ triggerType: 'webhook', createdBy: 'webhook:crm' })
    expect(run.output).toEqual({
      inputs: { deal: 'd-7' },
      trigger: {
        type: 'webhook',
        data: {
          headers: {
            'content-type': 'application/json',
            'user-agent': 'CRM/2',
            'webhook-id': 'msg_1',
            'webhook-timestamp': expect.any(String),
          },
          query: { a: ['1', '2'], b: '3' },
          body: { deal: 'd-7' },
          deliveryId: 'msg_1',
        },
      },
    })
  })

  test('K7 of 16 deliveries of one id at once one starts a run; later ones find it', async () => {
    const flow = await flowOf({ verify: standard })
    const body = '{"deal":"one"}'
    const headers = signed(body)
    const all = await Promise.all(Array.from({ length: 16 }, () => send(flow, body, { headers })))
    const later = await send(flow, body, { headers })

    expect(all.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(all.filter(({ status }) => status === 200)).toHaveLength(15)
    expect(new Set([...all, later].map((answer) => answer.body.appRunId)).size).toBe(1)
    expect([later.status, later.headers['idempotency-replayed']]).toEqual([200, 'true'])
    await expect.poll(() => runsOf(flow)).toHaveLength(1)
  })

  test('answers as the client route where the trigger says so', async () => {
    const flow = await flowOf({ verify: standard, respond: 'sync' })
    const headers = signed('{"n":1}')
    const [first, again] = [
      await send(flow, '{"n":1}', { headers }),
      await send(flow, '{"n":1}', { headers }),
    ]

    expect([first.status, first.body.inputs]).toEqual([200, { n: 1 }])
    expect(again.body).toEqual(first.body)
    expect(again.headers['idempotency-replayed']).toBe('true')
  })

  test('comes as a form, too', async () => {
    const flow = await flowOf({ verify: standard, respond: 'sync' })
    const body = 'text=a+b%26c&tag=x&tag=y'
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const { body: output } = await send(flow, body, { headers: { ...signed(body), ...type } })

    expect(output.inputs).toEqual({ text: 'a b&c', tag: ['x', 'y'] })
  })

  test('is mapped to inputs', async () => {
    const inputs = {
      deal: '{{trigger.data.body.deal.id}}',
      amount: '{{trigger.data.body.deal.amount}}',
      text: 'Deal {{trigger.data.body.deal.id}} {{trigger.data.body.nothing}}of {{trigger.data.body.tags}}',
      big: '{{trigger.data.body.deal.amount > 100 ? "big" : "small"}}',
      nested: { list: ['{{trigger.data.query.src}}', 5] },
      bad: '{{trigger.data.body.deal.id + 1}}',
    }
    const flow = await flowOf({ verify: standard, respond: 'sync', inputs })
    const body = '{"deal":{"id":"d-7","amount":120.5},"tags":["a"]}'
    const { body: output } = await send(flow, body, { headers: signed(body), query: '?src=crm' })

    expect(output.inputs).toEqual({
      deal: 'd-7',
      amount: 120.5,
      text: 'Deal d-7 of ["a"]',
      big: 'big',
      nested: { list: ['crm', 5] },
      bad: null,
    })
  })
})

describe('what is refused', () => {
  test.each([
    ['inputs that do not fit', '{"amount":"much"}', 422, 'validation_failed'],
    ['a body that is no object', '[1]', 422, 'validation_failed'],
    ['half a body', '{"a":', 400, 'invalid_request'],
    ['a body over 1 MiB', `"${'a'.repeat(1024 * 1024)}"`, 413, 'payload_too_large'],
  ])('%s', async (_what, body, status, code) => {
    const flow = await flowOf(
      { verify: standard },
      { inputs: [{ name: 'amount', type: 'number', required: true }] },
    )
    const refused = await send(flow, body, { headers: signed(body) })

    expect([refused.status, refused.body.error.code]).toEqual([status, code])
  })

  test('another content type, an encoding, an id that is none', async () => {
    const flow = await flowOf({ verify: standard })
    const statusOf = async (headers: Record<string, string>) =>
      (await send(flow, '{}', { headers: { ...signed('{}'), ...headers } })).status

    expect(await statusOf({ 'content-type': 'text/plain' })).toBe(415)
    expect(await statusOf({ 'content-encoding': 'gzip' })).toBe(415)
    const long = 'x'.repeat(256)
    expect((await send(flow, '{}', { headers: signed('{}', long) })).status).toBe(400)
  })

  test('an address that the latest version does not have', async () => {
    const flow = await flowOf({ verify: standard })
    const sent = () => ({ headers: signed('{}') })
    expect((await faces.send('POST', `/v1/flow/${flow}/webhook/erp`, { body: '{}', ...sent() })).status).toBe(
      404,
    )
    expect((await send(randomUUID(), '{}', sent())).status).toBe(404)

    await faces.send('POST', `/v1/flow/${flow}/versions/1/unpublish`, { as, body: {} })
    expect((await send(flow, '{}', sent())).status).toBe(404)
    await faces.send('POST', `/v1/flow/${flow}/versions/1/publish`, { as, body: {} })
    expect((await send(flow, '{}', sent())).status).toBe(202)
    await faces.send('DELETE', `/v1/flow/${flow}`, { as })
    expect((await send(flow, '{}', sent())).status).toBe(404)
  })

  test('more than 300 a minute', async () => {
    const flow = await flowOf({ verify: standard })
    const send302 = Array.from(
      { length: 302 },
      (_, n) => () => send(flow, `[${n}]`, { headers: signed(`[${n}]`) }),
    )
    const statuses = []
    for (const each of send302) statuses.push((await each()).status)
    const refused = statuses.filter((status) => status === 429)

    // A minute may end in between.
    expect(refused.length).toBeLessThanOrEqual(2)
    expect(statuses.filter((status) => status === 422).length + refused.length).toBe(302)
  })
})

describe('what is kept', () => {
  test('no secret and no sealed value is in any record', async () => {
    const flow = await flowOf(
      { verify: plain('header', { header: 'X-Token' }), inputs: { pin: '{{trigger.data.body.user.pin}}' } },
      { inputs: [{ name: 'pin', type: 'password', required: true }] },
    )
    const body = JSON.stringify({
      user: { pin: 'canary-pin' },
      echo: `by ${plainSecret}`,
      note: 'pin canary-pin',
    })
    const answer = await send(flow, body, { headers: { 'x-token': plainSecret } })

    expect(answer.status).toBe(202)
    await ended(answer.body.appRunId)
    const { body: kept } = await faces.send('GET', `/v1/flowrun/inputs/${answer.body.appRunId}`, { as })
    expect(kept.trigger.data.body).toEqual({ user: { pin: '•••' }, echo: 'by •••', note: 'pin •••' })
    const items = JSON.stringify(await allItems(faces.world))
    for (const secret of ['canary-pin', plainSecret, key.slice(6)]) expect(items).not.toContain(secret)
  })

  test('the list tells the addresses of the latest version, and the latest answer', async () => {
    const flow = await flowOf({ verify: standard })
    const list = async () => (await faces.send('GET', `/v1/flow/${flow}/webhook`, { as })).body.data
    const url = `http://127.0.0.1:8080/v1/flow/${flow}/webhook/crm`
    expect(await list()).toEqual([
      { id: 'crm', url, verify: 'standard', version: 1, lastReceivedAt: null, lastStatus: null },
    ])

    await send(flow, '{}')
    expect((await list())[0]).toMatchObject({ lastReceivedAt: expect.any(String), lastStatus: 401 })
    const log = await faces.send('GET', `/v1/flow/${flow}/logs?q=webhook`, { as })
    expect(log.body.data).toMatchObject([
      { level: 'warn', message: 'Webhook crm refused: unauthorized', appRunId: null },
    ])
    await send(flow, '{}', { headers: signed('{}') })
    expect((await list())[0]).toMatchObject({ lastStatus: 202 })
    const draft = await faces.send('POST', '/v1/flow', { as, body: { name: 'Draft' } })
    expect((await faces.send('GET', `/v1/flow/${draft.body._id}/webhook`, { as })).body.data).toEqual([])
  })
})
