import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OutboundRequest } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import { auditOf } from '../../audit-of.ts'
import { adding } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
const sent: OutboundRequest[] = []
beforeAll(async () => {
  faces = await openFaces({
    outbound: async (request) => {
      sent.push(request)
      return { status: 200, headers: {}, body: '', durationMs: 2 }
    },
  })
})
afterAll(() => faces.close())

const path = '/v1/webhook-endpoints'
const call = (method: string, where = '', body?: unknown, headers: Record<string, string> = {}) =>
  faces.send(method, `${path}${where}`, {
    as: faces.acme.token.user,
    headers,
    ...(body === undefined ? {} : { body }),
  })
const wish = { url: 'https://hooks.example.com/in', events: ['run.completed'] }
/** Made and taken away again: an organisation may have few. */
async function withEndpoint(work: (id: string, secret: string, etag: string) => Promise<void>, more = {}) {
  const made = await call('POST', '', { ...wish, ...more })
  expect(made.status).toBe(201)
  await work(made.body.id, made.body.secret, made.headers.etag ?? '')
  await call('DELETE', `/${made.body.id}`, undefined, { 'if-match': '*' })
}

describe('an endpoint', () => {
  test('is made with a secret that is shown once', async () => {
    await withEndpoint(
      async (id, secret, etag) => {
        expect([secret, etag]).toEqual([expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/), '"r1"'])
        const read = await call('GET', `/${id}`)
        expect(read.body).toMatchObject({
          ...{ id, ...wish, flowIds: null, description: 'The CRM', disabled: false, disabledReason: null },
          ...{ revision: 1, failingSince: null, previousUntil: null },
        })
        expect(read.headers.etag).toBe('"r1"')
        const list = await call('GET')
        expect(list.body).toMatchObject({ data: [{ id }], hasMore: false, nextCursor: null })
        for (const text of [read.text, list.text, JSON.stringify(await allItems(faces.world))])
          expect(text).not.toContain(secret.slice(6))
      },
      { description: 'The CRM' },
    )
  })

  test('is told of a run, signed; the delivery is listed and told again', async () => {
    const flow = await faces.flow(adding)
    await withEndpoint(
      async (id, secret) => {
        sent.length = 0
        const done = await faces.execute(flow, { customerId: 'cus_1' })
        await expect.poll(() => sent.length, { timeout: 15_000 }).toBe(1)

        const { url, headers, body = '' } = sent[0]!
        expect(url).toBe(wish.url)
        expect(new Webhook(secret).verify(body, headers)).toEqual({
          type: 'run.completed',
          timestamp: expect.any(String),
          data: { runId: done.headers['sluice-run-id'], flowId: flow, version: 1, status: 'completed' },
        })
        const listed = async () => (await call('GET', `/${id}/deliveries?status=delivered`)).body.data
        await expect.poll(async () => (await listed()).length, { timeout: 15_000 }).toBe(1)
        const [delivery] = await listed()
        expect(delivery).toMatchObject({
          ...{ eventId: headers['webhook-id'], type: 'run.completed', status: 'delivered', nextAt: null },
          attempts: [{ status: 200, ms: 2 }],
        })
        const again = await call('POST', `/${id}/deliveries/${delivery.id}/replay`)
        expect([again.status, again.body]).toEqual([202, { deliveryId: expect.any(String) }])
        await expect.poll(() => sent.length, { timeout: 15_000 }).toBe(2)
        expect(sent[1]).toMatchObject({ body })
      },
      { flowIds: [flow] },
    )
  })

  test('is tried out; a repeated request with its key makes one delivery', async () => {
    await withEndpoint(async (id) => {
      const headers = { 'idempotency-key': randomUUID() }
      const [first, again] = [
        await call('POST', `/${id}/test`, undefined, headers),
        await call('POST', `/${id}/test`, undefined, headers),
      ]

      expect([first.status, again.body]).toEqual([202, first.body])
      const { body } = await call('GET', `/${id}/deliveries`)
      expect(body.data).toMatchObject([{ id: first.body.deliveryId, type: 'webhook.test' }])
    })
  })

  test('gets another secret, which is shown once', async () => {
    await withEndpoint(async (id, secret) => {
      const { status, body } = await call('POST', `/${id}/rotate-secret`)

      expect(status).toBe(200)
      expect(body.secret).not.toBe(secret)
      const read = await call('GET', `/${id}`)
      expect([read.body.previousUntil, read.body.revision]).toEqual([body.previousUntil, 2])
      expect(read.text).not.toContain('whsec')
    })
  })

  test('what is done to it is in the audit trail, without a value that was given', async () => {
    await withEndpoint(async (id, secret) => {
      await call('PATCH', `/${id}`, { description: 'canary text' }, { 'if-match': '"r1"' })
      await call('POST', `/${id}/rotate-secret`)
      await call('POST', `/${id}/test`)
      await call('DELETE', `/${id}`, undefined, { 'if-match': '"r3"' })
      const month = new Date(faces.world.clock.now()).toISOString().slice(0, 7).replace('-', '')
      const entries = (await auditOf(faces.world, faces.acme.orgId, month)).filter(
        ({ target }) => target === id,
      )

      expect(entries.map(({ action }) => action).toSorted()).toEqual([
        ...['webhook.changed', 'webhook.created', 'webhook.deleted'],
        ...['webhook.secret_rotated', 'webhook.tested'],
      ])
      const text = JSON.stringify(entries)
      expect([text.includes('canary'), text.includes(secret.slice(6, 20))]).toEqual([false, false])
    })
  })
})

describe('a change is guarded', () => {
  test.each(['PATCH', 'DELETE'])('%s: 428 without If-Match, 412 with another, then done', async (method) => {
    await withEndpoint(async (id, _secret, etag) => {
      const change = (headers: Record<string, string>) =>
        call(method, `/${id}`, method === 'PATCH' ? { disabled: true } : undefined, headers)
      const [without, weak, other] = [
        await change({}),
        await change({ 'if-match': `W/${etag}` }),
        await change({ 'if-match': '"r9"' }),
      ]

      expect([without.status, without.body.code]).toEqual([428, 'precondition_required'])
      expect([weak.status, other.status]).toEqual([412, 412])
      expect(other.body).toMatchObject({ code: 'etag_mismatch', etag })
      expect((await change({ 'if-match': etag })).status).toBe(method === 'PATCH' ? 200 : 204)
      expect((await change({ 'if-match': etag })).status).toBe(method === 'PATCH' ? 412 : 404)
    })
  })

  test('of 16 at once one goes through', async () => {
    await withEndpoint(async (id, _secret, etag) => {
      const all = await Promise.all(
        Array.from({ length: 16 }, (_, n) =>
          call('PATCH', `/${id}`, { description: `${n}` }, { 'if-match': etag }),
        ),
      )

      expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(all.filter(({ status }) => status === 412)).toHaveLength(15)
      expect((await call('GET', `/${id}`)).body.revision).toBe(2)
    })
  })
})

describe('what is refused', () => {
  test.each([
    ['no address', { url: undefined }, '#/url'],
    ['http', { url: 'http://hooks.example.com/' }, '#/url'],
    ['an address inside', { url: 'https://127.0.0.1/' }, '#/url'],
    ['the same in other digits', { url: 'https://0x7f.1/' }, '#/url'],
    ['the same in IPv6', { url: 'https://[::1]/' }, '#/url'],
    ['a database', { url: 'https://hooks.example.com:5432/' }, '#/url'],
    ['a password', { url: 'https://a:b@hooks.example.com/' }, '#/url'],
    ['no URL', { url: 'hooks' }, '#/url'],
    ['no events', { events: [] }, '#/events'],
    ['an unknown event', { events: ['run.danced'] }, '#/events/0'],
    ['an event twice', { events: ['*', '*'] }, '#/events'],
    ['an unknown flow', { flowIds: [randomUUID()] }, '#/flowIds/0'],
    ['a secret of one’s own', { secret: 'whsec_mine' }, '#/secret'],
  ])('%s', async (_what, more, pointer) => {
    const { status, body } = await call('POST', '', { ...wish, ...more })

    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer])
  })

  test('another organisation’s flow is an unknown one', async () => {
    const flow = await faces.flow(adding, faces.other.token.user)

    expect((await call('POST', '', { ...wish, flowIds: [flow] })).body.errors).toMatchObject([
      { pointer: '#/flowIds/0', code: 'unknown_flow' },
    ])
  })

  test('the 21st of an organisation, and to test one that is disabled', async () => {
    const made = []
    for (let n = 0; n < 20; n++) made.push((await call('POST', '', { ...wish, disabled: true })).body.id)
    const refused = await call('POST', '', wish)

    expect([refused.status, refused.body]).toMatchObject([409, { reason: 'limit_reached', limit: 20 }])
    expect((await call('POST', `/${made[0]}/test`)).body).toMatchObject({
      code: 'conflict',
      reason: 'endpoint_disabled',
    })
    const { body } = await call('GET', '?limit=15')
    expect([body.data.length, body.hasMore]).toEqual([15, true])
    expect((await call('GET', `?limit=15&cursor=${body.nextCursor}`)).body.data).toHaveLength(5)
    for (const id of made) await call('DELETE', `/${id}`, undefined, { 'if-match': '*' })
  })
})
