import * as z from 'zod'
import { need } from '../../core/principal.ts'
import { startRun } from '../../core/start-run.ts'
import { route } from '../../http/route.ts'
import { byId, inputs } from '../shapes.ts'
import { runReply } from './run-answer.ts'

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
    inputs: inputs.optional(),
    returnExecutionMetadata: z.boolean().optional(),
    version: z.union([z.int().positive(), z.enum(['latest', 'draft'])]).optional(),
    wait: z.int().min(0).optional(),
  }),
  waits: 25,
  startsRun: true,
  reply: { 200: z.json(), 202: z.object({ status: z.string(), appRunId: z.string() }) },
  faults: ['not_found', 'version_not_published', 'validation_failed', 'run_failed', 'concurrency_limit'],
  async answer(world, { principal, params, body, waitSeconds, idempotency }) {
    const { version = 'latest', returnExecutionMetadata: enveloped = false, wait } = body
    if (version === 'draft') need(principal, 'flows:write')
    const { run, replayed } = await startRun(world, principal, {
      flowId: params.id,
      version,
      inputs: body.inputs ?? {},
      trigger: { type: 'dashboard' },
      waitSeconds: Math.min(wait ?? 25, waitSeconds),
      ...(idempotency ? { idempotency } : {}),
    })
    return runReply(run, { enveloped, replayed })
  },
})
