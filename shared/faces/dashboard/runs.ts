import * as z from 'zod'
import { readRun } from '../../core/read-run.ts'
import type { RunView } from '../../core/run-view.ts'
import { awaitRun, cancelRun, listSteps } from '../../core/runs.ts'
import { digits } from '../../http/query.ts'
import { type Call, type Reply, type Route, route } from '../../http/route.ts'
import type { World } from '../../world.ts'
import { byId, inputs, prose } from '../shapes.ts'
import { pageObject, pageQuery } from './pages.ts'
import { runReply, waitingOf } from './run-answer.ts'

const anyObject = z.record(z.string(), z.unknown())
type ById = z.output<typeof byId>

const etagOf = ({ rev }: RunView) => `W/"${rev}"`
const about = ({ id, status, version }: RunView) => ({ run: { id, status, version } })

/** What every view of a run begins with (dashboard.md §11). */
function base(run: RunView): Record<string, unknown> {
  const { id, flowId, version, status, trigger, createdAt, startedAt, finishedAt, durationMs } = run
  return {
    _id: id,
    appId: flowId,
    version,
    status,
    triggerType: trigger.type,
    createdAt,
    startedAt,
    finishedAt,
    durationMs,
  }
}

/** A read of one run, always current, with its weak ETag. */
function view<Q extends z.ZodType>(
  name: string,
  summary: string,
  query: Q,
  show: (world: World, run: RunView, call: Call<ById, z.output<Q>, unknown>) => Promise<unknown>,
): Route {
  return route({
    face: 'dashboard',
    method: 'GET',
    path: `/v1/flowrun/${name}/{id}`,
    summary,
    auth: 'bearer',
    scope: 'runs:read',
    role: 'viewer',
    objects: { id: 'run' },
    params: byId,
    query,
    reply: { 200: anyObject },
    faults: ['not_found'],
    async answer(world, call): Promise<Reply> {
      const run = await readRun(world, call.principal.orgId, call.params.id, { parts: ['inputs'] })
      return { body: await show(world, run, call), etag: etagOf(run), ...about(run) }
    },
  })
}

const noQuery = z.object({})

export const inputsOfRun = view('inputs', 'Read the inputs of a run', noQuery, async (_world, run) => ({
  runId: run.id,
  inputs: run.inputs,
  trigger: { type: run.trigger.type, data: run.trigger.data ?? {} },
}))

export const outputs = view('outputs', 'Read the output of a run', noQuery, async (_world, run) => ({
  runId: run.id,
  status: run.status,
  outputs: run.status === 'completed' ? run.output : null,
}))

export const errorDetails = view('errorDetails', 'Read why a run failed', noQuery, async (_world, run) => ({
  runId: run.id,
  error: run.error,
}))

export const details = view(
  'details',
  'Read a run with its steps',
  noQuery,
  async (world, run, { principal }) => {
    const steps = await listSteps(world, principal.orgId, run.id)
    return {
      ...base(run),
      inputs: run.inputs,
      output: run.output,
      error: run.error,
      ...waitingOf(run),
      steps: steps.map(({ input: _, output: __, ...step }) => step),
      openWaits: run.openWaits,
      createdBy: run.createdBy,
      parentRunId: run.parentRunId,
      draftRevision: run.draftRevision ?? null,
    }
  },
)

export const steps = view(
  'steps',
  'List the steps of a run in order of start',
  z.object({
    ...pageQuery,
    stepId: z.string().optional(),
    status: z.enum(['running', 'waiting', 'completed', 'failed', 'cancelled']).optional(),
    key: z.string().optional(),
  }),
  async (world, run, { principal, query, cursor }) => {
    const { limit = 100, page = 1, cursor: from, total: counted = true, stepId, status, key } = query
    const all = await listSteps(world, principal.orgId, run.id, { stepId, status, key })
    const start = from === undefined ? (page - 1) * limit : await cursor.open<number>(from)
    const nextCursor = all.length > start + limit ? await cursor.seal(start + limit) : null
    const { data, ...rest } = pageObject({
      data: all.slice(start, start + limit),
      limit,
      page: from === undefined ? page : null,
      total: counted ? all.length : null,
      totalCapped: false,
      nextCursor,
    })
    return { runId: run.id, steps: data, ...rest }
  },
)

export const poll = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flowrun/poll/{id}',
  summary: 'Read how a run stands, or wait until it has moved',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { id: 'run' },
  params: byId,
  query: z.object({ rev: digits(0, 999_999_999).optional() }),
  waits: 0,
  reply: { 200: anyObject },
  faults: ['not_found'],
  async answer(world, { principal, params, query, waitSeconds }) {
    const run =
      waitSeconds === 0
        ? await readRun(world, principal.orgId, params.id)
        : await awaitRun(world, principal.orgId, params.id, { sinceRev: query.rev, waitSeconds })
    const { status, updatedAt, rev } = run
    const open = run.finishedAt === null
    return {
      etag: etagOf(run),
      ...about(run),
      ...(open ? { headers: { 'retry-after': '1' } } : {}),
      body: {
        appRunId: run.id,
        status,
        ...(status === 'completed' ? { output: run.output } : {}),
        ...(status === 'waiting' ? waitingOf(run) : {}),
        ...(run.error ? { error: run.error } : {}),
        updatedAt,
        rev,
      },
    }
  },
})

const executionId = z.string().optional()
const answerBody = z.union([
  z.strictObject({
    decision: z.enum(['approve', 'reject']),
    message: prose(2000).optional(),
    form: inputs.optional(),
    executionId,
  }),
  z.strictObject({
    toolResult: z.strictObject({
      executionId,
      success: z.boolean(),
      output: z.json().optional(),
      error: prose(2000).optional(),
    }),
  }),
  z.strictObject({ actionId: z.string().optional(), params: inputs, executionId }),
])

/** Seed 001: answer the question that a waiting run has asked. */
export const resume = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flowrun/resume/{id}',
  summary: 'Answer the question that a waiting run has asked',
  auth: 'bearer',
  scope: 'runs:resume',
  role: 'user',
  objects: { id: 'run' },
  params: byId,
  query: noQuery,
  body: answerBody,
  waits: 25,
  reply: { 200: anyObject, 202: anyObject },
  faults: [
    'not_found',
    'forbidden',
    'conflict',
    'validation_failed',
    'wait_already_answered',
    'wait_expired',
    'run_finished',
    'payload_too_large',
    'unavailable',
  ],
  async answer(world, { principal, params, body, waitSeconds }) {
    // Read from disk by the first answer: the steps, the engine and the keys that it needs are a third of this function.
    const { answerWait } = await import('../../core/answers.ts')
    const { run, replayed } = await answerWait(
      world,
      principal,
      { runId: params.id, answer: body as never },
      waitSeconds,
    )
    return runReply(run, { enveloped: true, replayed })
  },
})

export const cancel = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flowrun/cancel/{id}',
  summary: 'Cancel a run; nothing of it begins afterwards',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { id: 'run' },
  params: byId,
  query: noQuery,
  body: z.strictObject({ reason: prose(500).optional() }),
  reply: { 200: anyObject },
  faults: ['not_found', 'run_finished', 'unavailable'],
  async answer(world, { principal, params, body }) {
    const run = await cancelRun(world, principal, params.id, body.reason)
    return { body: { status: run.status, appRunId: run.id }, ...about(run) }
  },
})
