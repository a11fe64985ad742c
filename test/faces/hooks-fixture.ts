import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect } from 'vitest'
import type { JsonObject } from '../../shared/world.ts'
import { type Faces, openFaces } from './open-faces.ts'

/** The key with which the CRM signs, after the standard. */
export const key = `whsec_${Buffer.from('canary key of the crm, 32 bytes!').toString('base64')}`
/** A secret of no form. */
export const plainSecret = 'canary-of-a-plain-secret'

/** Every face, with both secrets kept by acme. */
export async function openHookFaces(): Promise<Faces> {
  const faces = await openFaces()
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
  return faces
}

/** How the standard's signature is verified. */
export const standard = { kind: 'standard', secret: '{{secrets.STANDARD}}' }

/** Another way to verify, by the secret of no form. */
export const plain = (kind: string, more: JsonObject = {}): JsonObject => ({
  kind,
  secret: '{{secrets.PLAIN}}',
  ...more,
})

/** What a delivery brings besides its body. */
export interface Sent {
  headers?: Record<string, string>
  as?: string
  query?: string
}

/** The headers of a delivery that is signed after the standard. */
export function signed(body: string, id: string = randomUUID(), at = Date.now()): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': new Webhook(key).sign(id, new Date(at), body),
  }
}

/** Deliveries to flows, and what became of them. */
export function hookCalls(faces: () => Faces) {
  const get = async (path: string) => (await faces().send('GET', path, { as: faces().acme.token.user })).body

  /** Gives back its inputs and what it was told of the delivery. */
  const flowOf = (trigger: JsonObject, more: JsonObject = {}) =>
    faces().flow({
      metadata: { name: 'Hooked' },
      triggers: [{ type: 'webhook', id: 'crm', ...trigger }],
      nodes: {
        end: { type: 'final', params: { outputs: { inputs: '{{inputs}}', trigger: '{{trigger}}' } } },
      },
      ...more,
    })

  const send = (flow: string, body: string | Uint8Array, { headers = {}, query = '', ...more }: Sent = {}) =>
    faces().send('POST', `/v1/flow/${flow}/webhook/crm${query}`, { body, headers, ...more })

  /** The run once it is completed. */
  const ended = async (run: string) => {
    const read = () => get(`/v1/flowrun/details/${run}`)
    await expect.poll(async () => (await read()).status, { timeout: 15_000 }).toBe('completed')
    return await read()
  }

  const runsOf = async (flow: string) =>
    (await get(`/v1/flowrun/${flow}?triggerType=webhook`)).data as JsonObject[]

  return { flowOf, send, ended, runsOf }
}
