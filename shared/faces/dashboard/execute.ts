import * as z from 'zod'
import { startRun } from '../../core/start-run.ts'
import { route } from '../../http/route.ts'
import { byId, jsonObject } from '../shapes.ts'
import { executeReply, runReply } from './run-answer.ts'

/** Seed 001: a signed-in user runs any flow, published or as it is being drafted (dashboard.md §3). */
export const execute = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/execute/{id}',
  summary: 'Execute a flow from the dashboard',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({}),
  body: z.object({
    inputs: jsonObject.optional(),
    returnExecutionMetadata: z.boolean().optional(),
    version: z.union([z.int().positive(), z.enum(['latest', 'draft'])]).optional(),
    wait: z.int().min(0).max(25).optional(),
  }),
  alsoNeeds: ({ version }) => (version === 'draft' ? ['flows:write'] : []),
  waits: 25,
  startsRun: true,
  reply: executeReply,
  faults: ['version_not_published', 'run_failed', 'concurrency_limit'],
  async answer(world, { principal, params, body, waitSeconds, idempotency, traceparent }) {
    const { inputs = {}, version = 'latest', returnExecutionMetadata: enveloped = false, wait = 25 } = body
    const { run, replayed } = await startRun(world, principal, {
      flowId: params.id,
      version,
      inputs,
      trigger: { type: 'dashboard' },
      waitSeconds: Math.min(wait, waitSeconds),
      traceparent,
      ...(idempotency ? { idempotency } : {}),
    })
    return runReply(run, { enveloped, replayed })
  },
})
