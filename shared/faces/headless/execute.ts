import * as z from 'zod'
import { findOwn } from '../../core/own-organisation.ts'
import type { RunView } from '../../core/run-view.ts'
import { startRun } from '../../core/start-run.ts'
import { type Reply, route } from '../../http/route.ts'
import { runFailed } from '../dashboard/run-answer.ts'
import { aboutRun } from '../dashboard/run-object.ts'
import { waitingOf, waitingShape } from '../dashboard/waiting.ts'
import { jsonObject, uuid, versionQuery } from '../shapes.ts'

/** Seed 002: a flat object of variables starts the flow (headless-runner-executions.md part 2). */
export const execute = route({
  face: 'headless',
  method: 'POST',
  path: '/cgw/process/v1/orgs/{orgId}/flows/{flowId}/execute',
  summary: 'Execute a flow and tell how it went',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { orgId: 'organisation', flowId: 'flow' },
  params: z.strictObject({ orgId: z.string(), flowId: uuid }),
  query: z.strictObject({ version: versionQuery.optional() }),
  body: jsonObject,
  waits: 25,
  startsRun: true,
  reply: {
    200: z.strictObject({ sessionId: uuid, result: z.literal('Execution completed') }),
    202: z.union([
      z.strictObject({ sessionId: uuid, result: z.literal('Execution started') }),
      z.strictObject({
        sessionId: uuid,
        result: z.literal('Execution waiting'),
        waitState: waitingShape.waitState,
      }),
    ]),
  },
  faults: ['conflict', 'version_not_published', 'run_failed', 'concurrency_limit'],
  async answer(world, { principal, params, query, body, waitSeconds, idempotency, traceparent }) {
    await findOwn(world, principal.orgId, params.orgId)
    const { run, replayed } = await startRun(world, principal, {
      flowId: params.flowId,
      version: query.version ?? 'latest',
      inputs: body,
      quoted: true,
      trigger: { type: 'headless' },
      requireTrigger: 'api',
      waitSeconds,
      traceparent,
      ...(idempotency ? { idempotency } : {}),
    })
    return replyOf(run, replayed)
  },
})

function replyOf(run: RunView, replayed: boolean): Reply {
  const about = { ...aboutRun(run), replayed }
  const sessionId = run.id
  const later = { status: 202, location: `/v1/runs/${run.id}`, headers: { 'retry-after': '1' } }
  switch (run.status) {
    case 'completed':
      return { ...about, body: { sessionId, result: 'Execution completed' } }
    case 'waiting': {
      const { waitState } = waitingOf(run)
      return { ...about, ...later, body: { sessionId, result: 'Execution waiting', waitState } }
    }
    case 'queued':
    case 'running':
      return { ...about, ...later, body: { sessionId, result: 'Execution started' } }
    default:
      throw runFailed(run)
  }
}
