import * as z from 'zod'
import { readRun } from '../../core/read-run.ts'
import type { RunView } from '../../core/run-view.ts'
import { listSteps } from '../../core/runs.ts'
import { type Call, type Route, route } from '../../http/route.ts'
import type { World } from '../../world.ts'
import { byId, jsonObject, uuid } from '../shapes.ts'
import { askedPage, pageEnd, pageFields, pageQuery } from './pages.ts'
import {
  aboutRun,
  baseOf,
  baseShape,
  errorShape,
  etagOfRun,
  statusShape,
  stepEntry,
  stepEntryShape,
  stepShape,
} from './run-object.ts'
import { maybeWaitingShape, waitingOf } from './waiting.ts'

type ById = z.output<typeof byId>

/** What a view shows, and the cursor of what follows where it is a list. */
interface Shown {
  body: unknown
  next?: string | null
}

/** A read of one run, always current, with its weak ETag (dashboard.md §11). */
function view<Q extends z.ZodType>(
  name: 'inputs' | 'outputs' | 'errorDetails' | 'details' | 'minimal-details' | 'steps',
  summary: string,
  query: Q,
  reply: z.ZodType,
  show: (world: World, run: RunView, call: Call<ById, z.output<Q>, undefined>) => Promise<Shown>,
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
    reply: { 200: reply },
    faults: [],
    async answer(world, call) {
      const run = await readRun(world, call.principal.orgId, call.params.id, { parts: ['inputs'] })
      return { ...(await show(world, run, call)), etag: etagOfRun(run), ...aboutRun(run) }
    },
  })
}

const noQuery = z.object({})

export const inputs = view(
  'inputs',
  'Read the inputs of a run',
  noQuery,
  z.strictObject({
    runId: uuid,
    inputs: jsonObject,
    trigger: z.strictObject({ type: z.string(), data: z.json() }),
  }),
  async (_world, { id, inputs: given, trigger }) => ({
    body: { runId: id, inputs: given, trigger: { type: trigger.type, data: trigger.data ?? {} } },
  }),
)

export const outputs = view(
  'outputs',
  'Read the output of a run',
  noQuery,
  z.strictObject({ runId: uuid, status: statusShape, outputs: z.json() }),
  async (_world, { id, status, output }) => ({
    body: { runId: id, status, outputs: status === 'completed' ? output : null },
  }),
)

export const errorDetails = view(
  'errorDetails',
  'Read why a run failed',
  noQuery,
  z.strictObject({ runId: uuid, error: errorShape.nullable() }),
  async (_world, { id, error }) => ({ body: { runId: id, error } }),
)

export const minimal = view(
  'minimal-details',
  'Read how a run stands',
  noQuery,
  z.strictObject({
    _id: uuid,
    appId: uuid,
    status: statusShape,
    startedAt: baseShape.startedAt,
    finishedAt: baseShape.finishedAt,
  }),
  async (_world, { id, flowId, status, startedAt, finishedAt }) => ({
    body: { _id: id, appId: flowId, status, startedAt, finishedAt },
  }),
)

export const details = view(
  'details',
  'Read a run with its steps',
  noQuery,
  z.strictObject({
    ...baseShape,
    inputs: jsonObject,
    output: z.json(),
    error: errorShape.nullable(),
    ...maybeWaitingShape,
    steps: z.array(stepEntryShape),
    openWaits: z.int(),
    createdBy: z.string(),
    parentRunId: uuid.nullable(),
    draftRevision: z.int().nullable(),
  }),
  async (world, run, { principal }) => {
    const records = await listSteps(world, principal.orgId, run.id)
    const { inputs: given, output, error, openWaits, createdBy, parentRunId, draftRevision = null } = run
    return {
      body: {
        ...baseOf(run),
        ...{ inputs: given, output, error, ...waitingOf(run), steps: records.map(stepEntry) },
        ...{ openWaits, createdBy, parentRunId, draftRevision },
      },
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
  z.strictObject({ runId: uuid, steps: z.array(stepShape), ...pageFields }),
  async (world, run, { principal, query, cursor }) => {
    const asked = askedPage(query, { limit: 100 })
    const { stepId, status, key } = query
    const all = await listSteps(world, principal.orgId, run.id, { stepId, status, key })
    const start = asked.cursor === undefined ? asked.offset : await cursor.open<number>(asked.cursor)
    const end = start + asked.limit
    const next = all.length > end ? await cursor.seal(end) : null
    const rest = pageEnd(asked, { total: all.length, nextCursor: next })
    return { body: { runId: run.id, steps: all.slice(start, end), ...rest }, next }
  },
)
