import * as z from 'zod'
import { listWebhooks } from '../../core/webhooks-in/webhooks.ts'
import { route } from '../../http/route.ts'
import { byId, instant } from '../shapes.ts'

const webhookShape = z.strictObject({
  id: z.string(),
  url: z.url(),
  verify: z.enum(['bearer', 'standard', 'hmac', 'header', 'github', 'stripe', 'slack']),
  version: z.int(),
  lastReceivedAt: instant.nullable(),
  lastStatus: z.int().nullable(),
})

/** Addresses that other services may send to (dashboard.md §10). */
export const list = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow/{id}/webhook',
  summary: 'List the webhook addresses of a flow',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({}),
  reply: { 200: z.strictObject({ data: z.array(webhookShape) }) },
  faults: [],
  async answer(world, { principal, params }) {
    const webhooks = await listWebhooks(world, principal.orgId, params.id)
    const base = `${world.settings.baseUrl}/v1/flow/${params.id}/webhook`
    return { body: { data: webhooks.map((webhook) => ({ ...webhook, url: `${base}/${webhook.id}` })) } }
  },
})
