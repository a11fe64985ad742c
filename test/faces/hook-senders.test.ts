import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../shared/world.ts'
import { hookCalls, openHookFaces, plain, plainSecret, type Sent, signed, standard } from './hooks-fixture.ts'
import type { Faces } from './open-faces.ts'

let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openHookFaces()
  as = faces.acme.token.user
})
afterAll(() => faces.close())

const { flowOf, send, ended, runsOf } = hookCalls(() => faces)

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
