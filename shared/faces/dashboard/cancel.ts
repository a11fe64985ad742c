import * as z from 'zod'
import { cancelRun } from '../../core/runs.ts'
import { route } from '../../http/route.ts'
import { byId, prose, uuid } from '../shapes.ts'
import { aboutRun } from './run-object.ts'

/** Cancels a run (dashboard.md §11): ours, so an unknown member is refused. */
export const cancel = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flowrun/cancel/{id}',
  summary: 'Cancel a run; nothing of it begins afterwards',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { id: 'run' },
  params: byId,
  query: z.object({}),
  body: z.strictObject({ reason: prose(500).optional() }),
  reply: { 200: z.strictObject({ status: z.literal('cancelled'), appRunId: uuid }) },
  faults: ['run_finished'],
  async answer(world, { principal, params, body }) {
    const run = await cancelRun(world, principal, params.id, body.reason)
    return { body: { status: run.status, appRunId: run.id }, ...aboutRun(run) }
  },
})
