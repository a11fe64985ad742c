import * as z from 'zod'
import { route } from '../../http/route.ts'
import { byId, instant, label, momentInBody, uuid } from '../shapes.ts'

const answers = { face: 'own', auth: 'bearer', scope: 'runs:resume', role: 'user' } as const

/** Links by which people without an account answer a wait (conventions.md §9). */
export const create = route({
  ...answers,
  method: 'POST',
  path: '/v1/waits/{id}/links',
  summary: 'Make a link by which a person answers a wait; its address is shown once',
  objects: { id: 'wait' },
  params: byId,
  query: z.strictObject({}),
  body: z.strictObject({ for: label(200).nullable().optional(), expiresAt: momentInBody.optional() }),
  reply: { 201: z.strictObject({ id: uuid, url: z.url(), expiresAt: instant }) },
  faults: ['conflict', 'wait_already_answered', 'wait_expired', 'run_finished'],
  async answer(world, { principal, params, body }) {
    const { createLink } = await import('../../core/links.ts')
    return { status: 201, body: await createLink(world, principal, params.id, body) }
  },
})

export const revoke = route({
  ...answers,
  method: 'DELETE',
  path: '/v1/waits/{id}/links/{linkId}',
  summary: 'Revoke a link at once',
  objects: { id: 'wait', linkId: 'link' },
  params: byId.extend({ linkId: uuid }),
  query: z.strictObject({}),
  reply: { 204: z.undefined() },
  faults: [],
  async answer(world, { principal, params }) {
    const { revokeLink } = await import('../../core/links.ts')
    await revokeLink(world, principal, params.id, params.linkId)
    return { status: 204 }
  },
})
