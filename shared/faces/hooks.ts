import * as z from 'zod'
import type { Outcome } from '../core/webhooks-in/receive.ts'
import { isFault } from '../faults.ts'
import type { RawBody } from '../http/raw-body.ts'
import { type Reply, type Route, route } from '../http/route.ts'
import type { Served } from '../http/serve.ts'
import type { JsonObject, World } from '../world.ts'
import { runReply } from './dashboard/run-answer.ts'
import { uuid } from './shapes.ts'
import { wordsFor } from './words-for.ts'

const byWebhook = z.strictObject({ id: uuid, webhookId: z.string().regex(/^[a-z0-9-]{1,40}$/) })

/** Another service tells the flow that something happened; how it proves who it is, the trigger says (dashboard.md §10). */
const receive = route({
  face: 'hooks',
  method: 'POST',
  path: '/v1/flow/{id}/webhook/{webhookId}',
  summary: 'Start a run by a delivery of another service',
  auth: 'open',
  scope: null,
  role: null,
  objects: { id: 'flow', webhookId: 'webhook' },
  params: byWebhook,
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  body: z.custom<RawBody>(),
  raw: true,
  alsoTakes: ['application/x-www-form-urlencoded'],
  waits: 25,
  startsRun: true,
  reply: { 200: z.json(), 202: z.strictObject({ status: z.string(), appRunId: uuid }) },
  faults: ['run_failed', 'rate_limited', 'concurrency_limit'],
  async answer(world, { params, query, headers, body, address, path, traceparent, waitSeconds }) {
    const to = { flowId: params.id, webhookId: params.webhookId }
    const from = { headers, body, address, path, traceparent, waitSeconds, query: query as JsonObject }
    // What starts runs is read from disk by the first delivery.
    const { receiveWebhook } = await import('../core/webhooks-in/receive.ts')
    return await noted(world, to, async () => replyTo(await receiveWebhook(world, { ...to, ...from })))
  },
})

/** Told: the run, or what the trigger wants told of it. */
function replyTo(outcome: Outcome): Reply {
  if ('challenge' in outcome) return { body: { challenge: outcome.challenge } }
  const { run, replayed, sync } = outcome
  if (sync) return runReply(run, { enveloped: false, replayed })
  if (replayed) return { body: { status: run.status, appRunId: run.id }, replayed }
  // It has been taken; how far it has come meanwhile is nobody's question.
  return { status: 202, body: { status: 'queued', appRunId: run.id } }
}

/** Keeps how the delivery was answered, for those who look after the flow. */
async function noted(
  world: World,
  to: { flowId: string; webhookId: string },
  answer: () => Promise<Reply>,
): Promise<Reply> {
  const { noteAnswer } = await import('../core/webhooks-in/webhooks.ts')
  try {
    const reply = await answer()
    await noteAnswer(world, to, reply.status ?? 200)
    return reply
  } catch (error) {
    if (isFault(error) && !untold.has(error.code)) await noteAnswer(world, to, error.status, error.code)
    throw error
  }
}

/** What says nothing of the webhook, or comes by the thousand. */
const untold = new Set(['not_found', 'rate_limited', 'unavailable'])

/** Deliveries come to a function of their own: it alone, beside steps, opens secrets. */
export const hookRoutes: Route[] = [receive]

/** Webhooks that come in. */
export const hooks: Served = { routes: hookRoutes, wordsFor }
