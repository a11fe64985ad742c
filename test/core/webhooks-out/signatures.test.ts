import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeOutbound } from '../../../shared/aws/outbound.ts'
import { deliverFresh } from '../../../shared/core/webhooks-out/deliver-fresh.ts'
import { testEndpoint } from '../../../shared/core/webhooks-out/deliveries.ts'
import { createEndpoint, readEndpoint, rotateSecret } from '../../../shared/core/webhooks-out/endpoints.ts'
import { openStub } from '../../account/stub.ts'
import { allItems } from '../../all-items.ts'
import { org } from '../runs-fixture.ts'
import { at, type DeliveriesWorld, openDeliveriesWorld } from './deliveries-fixture.ts'

let runs: DeliveriesWorld
beforeEach(async () => {
  runs = await openDeliveriesWorld()
})
afterEach(async () => {
  vi.useRealTimers()
  await runs.close()
})

describe('K8 a delivery', () => {
  beforeEach(() => {
    // The library of the standard looks at the machine's clock.
    vi.useFakeTimers({ toFake: ['Date'], now: runs.clock.now() })
  })

  test('is signed so that the library of the standard verifies it', async () => {
    const { endpoint, secret } = await runs.make()
    const id = await testEndpoint(runs.world, runs.who, endpoint.id)
    await runs.fresh()

    const { headers, body = '', url, followsRedirects } = runs.sent[0]!
    expect([url, followsRedirects]).toEqual([at, false])
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({
      type: 'webhook.test',
      data: { endpointId: endpoint.id },
    })
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow()
    expect(await runs.list(endpoint.id)).toMatchObject([
      { id, status: 'delivered', nextAt: null, attempts: [{ status: 204, ms: 3 }] },
    ])
  })

  test('is signed with both secrets for a day after a rotation', async () => {
    const { endpoint, secret } = await runs.make()
    const { secret: next, previousUntil } = await rotateSecret(runs.world, runs.who, endpoint.id)
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await runs.fresh()
    const verifies = (by: string) => {
      const { headers, body = '' } = runs.sent.at(-1)!
      try {
        return new Webhook(by).verify(body, headers) !== null
      } catch {
        return false
      }
    }

    expect(Date.parse(previousUntil) - runs.clock.now()).toBe(24 * 3_600_000)
    expect([verifies(secret), verifies(next)]).toEqual([true, true])
    await runs.clock.advance(24 * 3_600_000)
    vi.setSystemTime(runs.clock.now())
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await runs.fresh()
    expect([verifies(secret), verifies(next)]).toEqual([false, true])
  })
})

test('secrets lie encrypted, each under its own endpoint, and are in no record', async () => {
  const { endpoint, secret } = await runs.make()
  const rotated = await rotateSecret(runs.world, runs.who, endpoint.id)
  await testEndpoint(runs.world, runs.who, endpoint.id)
  await runs.fresh()

  const items = JSON.stringify(await allItems(runs.world))
  for (const text of [secret, rotated.secret]) {
    expect(text).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(items).not.toContain(text.slice(6))
    expect(JSON.stringify(await readEndpoint(runs.world, org, endpoint.id))).not.toContain(text)
  }
})

test('over the guarded way out: a stub is told, a redirect is not followed', async () => {
  const stub = await openStub(({ path }) =>
    path === '/in' ? { status: 200, body: {} } : { status: 307, body: {} },
  )
  const world = { ...runs.world, outbound: makeOutbound({ allow: [stub.host] }) }
  const { settings } = runs.world
  const open = { ...world, settings: { ...settings, outboundAllow: [stub.host] } }
  const { endpoint, secret } = await createEndpoint(open, runs.who, { url: `${stub.url}/in`, events: ['*'] })
  await testEndpoint(open, runs.who, endpoint.id)
  await deliverFresh(open, await runs.come(1))
  await stub.close()

  const [hit] = stub.hits
  vi.useFakeTimers({ toFake: ['Date'], now: runs.clock.now() })
  expect(new Webhook(secret).verify(hit?.body ?? '', hit?.headers as Record<string, string>)).toMatchObject({
    type: 'webhook.test',
  })
})
