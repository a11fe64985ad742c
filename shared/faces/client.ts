import * as z from 'zod'
import { startRun } from '../core/start-run.ts'
import { flag } from '../http/query.ts'
import { type Route, route } from '../http/route.ts'
import type { Served } from '../http/serve.ts'
import { runReply } from './dashboard/run-answer.ts'
import { byId, inputs, versionQuery } from './shapes.ts'
import { wordsFor } from './words-for.ts'

/** Seed 001: an app executes a flow; the body is the inputs, the answer the Final step's output (dashboard.md §3). */
function execute(path: string): Route {
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
    body: inputs,
    waits: 25,
    startsRun: true,
    reply: { 200: z.json(), 202: z.object({ status: z.string(), appRunId: z.string() }) },
    faults: [
      'not_found',
      'conflict',
      'version_not_published',
      'validation_failed',
      'run_failed',
      'concurrency_limit',
    ],
    async answer(world, { principal, params, query, body, waitSeconds, idempotency }) {
      const { run, replayed } = await startRun(world, principal, {
        flowId: params.id,
        version: query.version ?? 'latest',
        inputs: body,
        trigger: { type: 'api' },
        requireTrigger: 'api',
        waitSeconds,
        ...(idempotency ? { idempotency } : {}),
      })
      return runReply(run, { enveloped: query.returnExecutionMetadata ?? false, replayed })
    },
  })
}

export const clientRoutes = [execute('/v1/client/flow/{id}/execute'), execute('/v1/sdk/flow/{id}/execute')]

/** The client face. */
export const client: Served = { routes: clientRoutes, wordsFor }
