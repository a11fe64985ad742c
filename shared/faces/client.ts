import * as z from 'zod'
import { startRun } from '../core/start-run.ts'
import { flag } from '../http/query.ts'
import { type Route, route } from '../http/route.ts'
import type { Served } from '../http/serve.ts'
import { executeReply, runReply } from './dashboard/run-answer.ts'
import { byId, jsonObject, versionQuery } from './shapes.ts'
import { wordsFor } from './words-for.ts'

/** Seed 001: an app executes a flow; the body is the inputs, the answer the Final step's output (dashboard.md §3). */
function execute(path: '/v1/client/flow/{id}/execute' | '/v1/sdk/flow/{id}/execute'): Route {
  return route({
    face: 'client',
    method: 'POST',
    path,
    summary: 'Execute a flow and answer with its output',
    auth: 'bearer',
    scope: 'runs:start',
    role: 'user',
    objects: { id: 'flow' },
    params: byId,
    query: z.object({ version: versionQuery.optional(), returnExecutionMetadata: flag.optional() }),
    body: jsonObject,
    waits: 25,
    startsRun: true,
    reply: executeReply,
    faults: ['conflict', 'version_not_published', 'run_failed', 'concurrency_limit'],
    async answer(world, { principal, params, query, body, waitSeconds, idempotency, traceparent }) {
      const { version = 'latest', returnExecutionMetadata: enveloped = false } = query
      const { run, replayed } = await startRun(world, principal, {
        flowId: params.id,
        version,
        inputs: body,
        trigger: { type: 'api' },
        requireTrigger: 'api',
        waitSeconds,
        traceparent,
        ...(idempotency ? { idempotency } : {}),
      })
      return runReply(run, { enveloped, replayed })
    },
  })
}

/** The route of the seed, and the alias that its SDK calls. */
export const clientRoutes = [execute('/v1/client/flow/{id}/execute'), execute('/v1/sdk/flow/{id}/execute')]

/** The client face. */
export const client: Served = { routes: clientRoutes, wordsFor }
