import * as z from 'zod'
import { flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { inInput } from '../runner/issues-at.ts'
import { byId } from '../shapes.ts'
import { executionReply, executionShape } from './execution-object.ts'

/** Seed 004: executes an execution again under its id (headless-runner-executions.md 3.2). */
export const executeAgain = route({
  face: 'executions',
  method: 'POST',
  path: '/api/flow-executions/{id}/execute',
  summary: 'Execute again on the latest version, all of it or what is stale',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { id: 'execution' },
  params: byId,
  query: z.strictObject({ only_stale: z.string().pipe(flag).optional() }),
  startsRun: true,
  reply: { 200: executionShape },
  faults: ['conflict', 'version_not_published', 'concurrency_limit'],
  async answer(world, { principal, params, query, idempotency, traceparent }) {
    const core = await import('../../core/execute-again.ts')
    const order = { onlyStale: query.only_stale ?? false, idempotency, traceparent }
    const { execution, replayed } = await inInput(core.executeAgain(world, principal, params.id, order))
    return { ...executionReply(execution, principal), replayed }
  },
})
