import * as z from 'zod'
import { route } from '../../http/route.ts'
import { byId, jsonObject, uuid } from '../shapes.ts'
import { envelopedWith, runReply } from './run-answer.ts'

/** What was decided for the new run. */
const decided = {
  rerunOf: uuid,
  version: z.int().nullable(),
  from: z.string(),
  reusedSteps: z.array(z.string()),
}

/** Runs an ended run again (dashboard.md §11): ours, so an unknown member is refused. */
export const rerun = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flowrun/rerun/{id}',
  summary: 'Run an ended run again, from its start or from a step',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { id: 'run' },
  params: byId,
  query: z.object({}),
  body: z.strictObject({
    from: z.string().min(1).max(64).optional(),
    version: z.union([z.int().positive(), z.enum(['same', 'latest'])]).optional(),
    inputs: jsonObject.optional(),
  }),
  waits: 25,
  startsRun: true,
  reply: envelopedWith(decided),
  faults: ['conflict', 'version_not_published', 'concurrency_limit'],
  async answer(world, { principal, params, body, waitSeconds, idempotency, traceparent }) {
    const core = await import('../../core/rerun.ts')
    const order = { ...body, waitSeconds, idempotency, traceparent }
    const { run, replayed, rerunOf, from, reusedSteps } = await core.rerun(world, principal, params.id, order)
    const reply = runReply(run, { enveloped: true, replayed })
    return {
      ...reply,
      body: { ...(reply.body as object), rerunOf, version: run.version, from, reusedSteps },
    }
  },
})
