import * as z from 'zod'
import { route } from '../../http/route.ts'
import { instant, noParams } from '../shapes.ts'

/** A ticket for one WebSocket to one run (conventions.md §9): for browsers that must not hold a token. */
export const create = route({
  face: 'own',
  method: 'POST',
  path: '/v1/socket-tickets',
  summary: 'Make a ticket that opens one WebSocket to a run, once, within 60 s',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: {},
  params: noParams,
  query: z.strictObject({}),
  body: z.strictObject({ runId: z.string() }),
  reply: { 201: z.strictObject({ ticket: z.string(), expiresAt: instant }) },
  faults: [],
  async answer(world, { principal, body }) {
    const { makeTicket } = await import('../../core/socket-tickets.ts')
    return { status: 201, body: await makeTicket(world, principal, body.runId) }
  },
})
