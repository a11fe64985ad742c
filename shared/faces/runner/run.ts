import * as z from 'zod'
import { startRun } from '../../core/start-run.ts'
import { route } from '../../http/route.ts'
import { byId, instant, jsonObject, uuid, versionQuery } from '../shapes.ts'
import { endingShape, executionObject, statusWords, waitingShape } from './execution-object.ts'
import { eitherOf } from './first-of.ts'
import { inInput } from './issues-at.ts'

/** Seed 003: runs a flow; the reply does not wait unless the caller asks for it (headless-runner-executions.md 1.4). */
export const run = route({
  face: 'runner',
  method: 'POST',
  path: '/api/v1/flows/{id}/run',
  summary: 'Run a flow',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.strictObject({ version: versionQuery.optional() }),
  body: z.strictObject({ input: jsonObject.optional(), inputs: jsonObject.optional() }),
  waits: 0,
  startsRun: true,
  reply: {
    201: z.strictObject({
      execution_id: uuid,
      flow_id: uuid,
      status: z.enum(statusWords),
      created_at: instant,
      ...endingShape,
      ...waitingShape,
    }),
  },
  faults: ['version_not_published', 'concurrency_limit'],
  async answer(world, { principal, params, query, body, waitSeconds, idempotency, traceparent }) {
    const { run: started, replayed } = await inInput(
      startRun(world, principal, {
        flowId: params.id,
        version: query.version ?? 'latest',
        inputs: eitherOf(['input', body.input], ['inputs', body.inputs]) ?? {},
        trigger: { type: 'runner' },
        waitSeconds,
        traceparent,
        ...(idempotency ? { idempotency } : {}),
      }),
    )
    const { id, flow_id, status, input: _, started_at, ...more } = executionObject(started)
    return {
      status: 201,
      location: `/api/v1/executions/${started.id}`,
      run: { id: started.id, status: started.status, version: started.version },
      replayed,
      body: { execution_id: id, flow_id, status, created_at: started_at, ...(waitSeconds > 0 ? more : {}) },
    }
  },
})
