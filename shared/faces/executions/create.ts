import * as z from 'zod'
import { createExecution } from '../../core/executions.ts'
import { route } from '../../http/route.ts'
import { inInput } from '../runner/issues-at.ts'
import { jsonObject, noParams, uuid } from '../shapes.ts'
import { executionReply, executionShape, pathTo } from './execution-object.ts'

/** Seed 004: creates and starts an execution; the reply does not wait unless the caller asks for it. */
export const create = route({
  face: 'executions',
  method: 'POST',
  path: '/api/flow-executions',
  summary: 'Create and start a flow execution',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: {},
  params: noParams,
  query: z.strictObject({}),
  body: z.strictObject({ flow_id: uuid, input: jsonObject }),
  waits: 0,
  startsRun: true,
  reply: { 201: executionShape },
  faults: ['version_not_published', 'concurrency_limit'],
  async answer(world, { principal, body, waitSeconds, idempotency, traceparent }) {
    const { execution, replayed } = await inInput(
      createExecution(world, principal, {
        flowId: body.flow_id,
        inputs: body.input,
        trigger: { type: 'executions' },
        waitSeconds,
        traceparent,
        ...(idempotency ? { idempotency } : {}),
      }),
    )
    return {
      ...executionReply(execution, principal),
      status: 201,
      location: pathTo(execution),
      replayed,
    }
  },
})
