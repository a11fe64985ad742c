import { createHmac, randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../shared/world.ts'
import { allItems } from '../all-items.ts'
import { type Faces, openFaces } from './open-faces.ts'

let faces: Faces
let as: string
const key = `whsec_${Buffer.from('canary key of the crm, 32 bytes!').toString('base64')}`
const plainSecret = 'canary-of-a-plain-secret'
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
  const secrets = `/api/v1/accounts/${faces.acme.orgId}/secrets`
  for (const [name, value] of [
    ['STANDARD', key],
    ['PLAIN', plainSecret],
  ]) {
    const made = await faces.send('POST', secrets, {
      as: faces.acme.token.admin,
      body: { key: name, value },
    })
    expect(made.status).toBe(201)
  }
})
afterAll(() => faces.close())

const standard = { kind: 'standard', secret: '{{secrets.STANDARD}}' }
const plain = (kind: string, more: JsonObject = {}) => ({ kind, secret: '{{secrets.PLAIN}}', ...more })

/** Gives back its inputs and what it was told of the delivery. */
const flowOf = (trigger: JsonObject, more: JsonObject = {}) =>
  faces.flow({
    metadata: { name: 'Hooked' },
    triggers: [{ type: 'webhook', id: 'crm', ...trigger }],
    nodes: { end: { type: 'final', params: { outputs: { inputs: '{{inputs}}', trigger: '{{trigger}}' } } } },
    ...more,
  })

interface Sent {
  headers?: Record<string, string>
  as?: string
  query?: string
}
const send = (flow: string, body: string | Uint8Array, { headers = {}, query = '', ...more }: Sent = {}) =>
  faces.send('POST', `/v1/flow/${flow}/webhook/crm${query}`, { body, headers, ...more })

function signed(body: string, id: string = randomUUID(), at = Date.now()): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': new Webhook(key).sign(id, new Date(at), body),
  }
}
async function ended(run: string) {
  const read = async () => (await faces.send('GET', `/v1/flowrun/details/${run}`, { as })).body
  await expect.poll(async () => (await read()).status, { timeout: 10_000 }).toBe('completed')
  return await read()
}
const runsOf = async (flow: string) =>
  (await faces.send('GET', `/v1/flowrun/${flow}?triggerType=webhook`, { as })).body.data as JsonObject[]

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

describe('K7 who sends is proven by the bytes as they came', () => {
  const body = '{"a": 1.50, "b": [1, 2]}'
  const cases: [string, () => Sent, string?][] = [
    ['no signature', () => ({})],
    ['a signature of another body', () => ({ headers: signed('{}') })],
    ['a body that was written anew', () => ({ headers: signed(body) }), JSON.stringify(JSON.parse(body))],
    ['five minutes and two seconds late', () => ({ headers: signed(body, 'late', Date.now() - 302_000) })],
    ['five minutes and two seconds early', () => ({ headers: signed(body, 'early', Date.now() + 302_000) })],
    ['the id of another delivery', () => ({ headers: { ...signed(body), 'webhook-id': 'other' } })],
    ['a credential instead', () => ({ as: faces.acme.token.admin })],
  ]

  test.each(cases)('%s: 401, and no run', async (_what, sent, text = body) => {
    const flow = await flowOf({ verify: standard })
    const refused = await send(flow, text, sent())

    expect([refused.status, refused.body.error.code]).toEqual([401, 'unauthorized'])
    expect(await runsOf(flow)).toEqual([])
  })

  test('nothing is read before: a body that is no JSON is 401 unsigned, and 400 signed', async () => {
    const flow = await flowOf({ verify: standard })

    expect((await send(flow, '{"__proto__": 1')).status).toBe(401)
    expect((await send(flow, '{"__proto__": 1', { headers: signed('{"__proto__": 1') })).status).toBe(400)
    expect(
      (await send(flow, '{"n": 9007199254740993}', { headers: signed('{"n": 9007199254740993}') })).status,
    ).toBe(422)
  })

  test('a missing secret proves nobody', async () => {
    const flow = await flowOf({ verify: { kind: 'header', secret: '{{secrets.NOBODY}}', header: 'x-token' } })

    expect((await send(flow, '{}', { headers: { 'x-token': '' } })).status).toBe(401)
    expect((await send(flow, '{}', { headers: { 'x-token': 'undefined' } })).status).toBe(401)
  })

  test('a rotated secret counts at once', async () => {
    const secrets = `/api/v1/accounts/${faces.acme.orgId}/secrets`
    const admin = { as: faces.acme.token.admin }
    const write = (value: string) => faces.send('PUT', `${secrets}/ROTATED`, { ...admin, body: { value } })
    await faces.send('POST', secrets, { ...admin, body: { key: 'ROTATED', value: 'before' } })
    const flow = await flowOf({
      verify: { kind: 'header', secret: '{{secrets.ROTATED}}', header: 'x-token' },
    })
    const by = async (token: string) =>
      (await send(flow, `{"t":"${token}"}`, { headers: { 'x-token': token } })).status

    expect(await by('before')).toBe(202)
    await write('after')
    expect([await by('before'), await by('after')]).toEqual([401, 202])
  })
})

describe('providers', () => {
  const hex = (text: string) => createHmac('sha256', plainSecret).update(text).digest('hex')

  test('github: its delivery is told by its header', async () => {
    const flow = await flowOf({ verify: plain('github') })
    const body = '{"action":"opened"}'
    const headers = {
      'x-hub-signature-256': `sha256=${hex(body)}`,
      'x-github-event': 'issues',
      'x-github-delivery': 'g-1',
      authorization: 'Basic x',
      cookie: 'a=b',
    }
    const [first, again] = [await send(flow, body, { headers }), await send(flow, body, { headers })]
    const other = await send(flow, body, { headers: { ...headers, 'x-github-delivery': 'g-2' } })

    expect([first.status, again.status, other.status]).toEqual([202, 200, 202])
    expect(again.body.appRunId).toBe(first.body.appRunId)
    const { output } = await ended(first.body.appRunId)
    expect((output as { trigger: { data: JsonObject } }).trigger.data).toMatchObject({
      headers: { 'content-type': 'application/json', 'x-github-event': 'issues', 'x-github-delivery': 'g-1' },
      deliveryId: 'g-1',
    })
    expect(JSON.stringify(output)).not.toMatch(/sha256=|Basic x|a=b/)
  })

  test('stripe: its delivery is told by the id of its event', async () => {
    const flow = await flowOf({ verify: plain('stripe') })
    const by = (body: string, at = Math.floor(Date.now() / 1000)) =>
      send(flow, body, { headers: { 'stripe-signature': `t=${at},v1=${hex(`${at}.${body}`)}` } })
    const first = await by('{"id":"evt_1","n":1}')

    expect((await by('{"id":"evt_1","n":1}', Math.floor(Date.now() / 1000) - 5)).body.appRunId).toBe(
      first.body.appRunId,
    )
    expect((await by('{"id":"evt_2","n":1}')).status).toBe(202)
  })

  test('slack: its question is answered and starts nothing; its events do', async () => {
    const flow = await flowOf({ verify: plain('slack') })
    const by = (body: string) => {
      const at = String(Math.floor(Date.now() / 1000))
      const headers = {
        'x-slack-request-timestamp': at,
        'x-slack-signature': `v0=${hex(`v0:${at}:${body}`)}`,
      }
      return send(flow, body, { headers })
    }
    const asked = await by('{"type":"url_verification","challenge":"3eZbrw","token":"old"}')

    expect([asked.status, asked.body]).toEqual([200, { challenge: '3eZbrw' }])
    expect(await runsOf(flow)).toEqual([])
    const first = await by('{"type":"event_callback","event_id":"Ev1"}')
    expect((await by('{"type":"event_callback","event_id":"Ev1" }')).body.appRunId).toBe(first.body.appRunId)
    expect((await send(flow, '{"type":"url_verification","challenge":"x"}')).status).toBe(401)
  })

  test.each([
    [
      'hmac',
      () => plain('hmac', { header: 'X-Sig', encoding: 'hex' }),
      (body: string) => ({ 'x-sig': hex(body) }),
    ],
    ['header', () => plain('header', { header: 'X-Token' }), () => ({ 'x-token': plainSecret })],
  ] as const)(
    '%s: the same body is the same delivery, unless a key says otherwise',
    async (_kind, verify, by) => {
      const flow = await flowOf({ verify: verify() })
      const body = '{"n":1}'
      const first = await send(flow, body, { headers: by(body) })

      expect((await send(flow, body, { headers: by(body) })).body.appRunId).toBe(first.body.appRunId)
      const keyed = await send(flow, body, { headers: { ...by(body), 'idempotency-key': '"k1"' } })
      expect([keyed.status, keyed.body.appRunId === first.body.appRunId]).toEqual([202, false])
      const { body: inputs } = await faces.send('GET', `/v1/flowrun/inputs/${keyed.body.appRunId}`, { as })
      expect(inputs.trigger.data.deliveryId).toBe('k1')
    },
  )
})

describe('without verify a credential of this service is needed', () => {
  test('one that may start runs, of the same organisation', async () => {
    const flow = await flowOf({})
    const statusOf = async (token?: string) => (await send(flow, '{}', token ? { as: token } : {})).status

    expect(await statusOf()).toBe(401)
    expect(await statusOf(faces.acme.token.viewer)).toBe(403)
    expect(await statusOf(await faces.acme.key('user', ['flows:write']))).toBe(403)
    expect(await statusOf(await faces.acme.key('user', ['runs:start']))).toBe(202)
    const theirs = await send(flow, '{}', { as: faces.other.token.admin })
    const unknown = await send(randomUUID(), '{}', { as: faces.other.token.admin })
    const plainly = ({ body }: typeof theirs) => ({ ...body.error, requestId: '' })
    expect([theirs.status, plainly(theirs)]).toEqual([404, plainly(unknown)])
  })

  test('the key of a request tells whether it is repeated', async () => {
    const flow = await flowOf({})
    const headers = { 'idempotency-key': 'once' }
    const first = await send(flow, '{"n":1}', { as, headers })

    expect((await send(flow, '{ "n": 1 }', { as, headers })).body.appRunId).toBe(first.body.appRunId)
    const other = await send(flow, '{"n":2}', { as, headers })
    expect([other.status, other.body.error.code]).toEqual([422, 'idempotency_key_reused'])
    expect((await send(flow, '{"n":1}', { as })).status).toBe(202)
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
