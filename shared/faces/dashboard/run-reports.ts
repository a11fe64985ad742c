import * as z from 'zod'
import { type Credits, readCredits } from '../../core/credits.ts'
import { readOverview } from '../../core/overview.ts'
import { readContext } from '../../core/run-context.ts'
import { listSteps } from '../../core/runs.ts'
import { Fault } from '../../faults.ts'
import { route } from '../../http/route.ts'
import { byId, instant, jsonObject, moment, uuid } from '../shapes.ts'
import { baseOf, baseShape, statusShape, stepEntryShape, stepObject, stepShape } from './run-object.ts'
import { creditsTotal, detailsOf, detailsShape } from './run-views.ts'
import { view } from './view.ts'

const noQuery = z.object({})
/** Characters of the output that a summary shows, and steps that a detailed view shows. */
const previewLength = 500
const shownSteps = 100
const dayMs = 86_400_000
const longestDays = 90
const usualDays = 30

export const summary = view(
  'summary',
  'Read how far a run has come',
  noQuery,
  z.strictObject({
    ...baseShape,
    stepCount: z.int(),
    completedSteps: z.int(),
    failedStep: stepEntryShape.pick({ key: true, stepId: true, name: true, type: true }).nullable(),
    outputPreview: z.string().nullable(),
    credits: z.number(),
  }),
  async (world, run, { principal }) => {
    const steps = await listSteps(world, principal.orgId, run.id)
    const failed = steps.findLast(({ status }) => status === 'failed')
    return {
      body: {
        ...baseOf(run),
        stepCount: steps.length,
        completedSteps: steps.filter(({ status }) => status === 'completed').length,
        failedStep: failed
          ? { key: failed.key, stepId: failed.stepId, name: failed.name, type: failed.type }
          : null,
        outputPreview: run.status === 'completed' ? JSON.stringify(run.output).slice(0, previewLength) : null,
        credits: await creditsTotal(world, principal.orgId, run.id),
      },
    }
  },
)

export const detailed = view(
  'detailed',
  'Read a run with all that its steps took and gave',
  noQuery,
  z.strictObject({
    ...detailsShape,
    steps: z.array(stepShape),
    stepsTruncated: z.boolean().optional(),
    context: jsonObject,
  }),
  async (world, run, { principal }) => {
    const { orgId } = principal
    const [steps, { context }, credits] = await Promise.all([
      listSteps(world, orgId, run.id),
      readContext(world, orgId, run.id),
      creditsTotal(world, orgId, run.id),
    ])
    return {
      body: {
        ...detailsOf(run, credits),
        steps: steps.slice(-shownSteps).map(stepObject),
        ...(steps.length > shownSteps ? { stepsTruncated: true } : {}),
        context,
      },
    }
  },
)

export const context = view(
  'context',
  'Read what expressions of a run could read by now',
  noQuery,
  z.strictObject({ runId: uuid, context: jsonObject, unrecorded: z.array(z.string()) }),
  async (world, { id }, { principal }) => ({
    body: { runId: id, ...(await readContext(world, principal.orgId, id)) },
  }),
)

export const creditDetails = view(
  'credit-details',
  'Read what a run has used',
  noQuery,
  z.strictObject({
    runId: uuid,
    table: z.string(),
    total: z.number(),
    items: z.array(
      z.strictObject({
        stepId: z.string().nullable(),
        type: z.string().nullable(),
        units: z.number(),
        unit: z.string(),
        credits: z.number(),
        model: z.string().optional(),
        runId: uuid.optional(),
      }),
    ),
  }),
  async (world, { id }, { principal }) => ({
    body: { runId: id, ...creditsObject(await readCredits(world, principal.orgId, id)) },
  }),
)

export const overview = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flowrun/overview/{id}',
  summary: 'Read how the runs of a flow went',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({ from: moment.optional(), to: moment.optional() }),
  reply: {
    200: z.strictObject({
      appId: uuid,
      from: instant,
      to: instant,
      total: z.int(),
      totalCapped: z.boolean(),
      byStatus: z.record(statusShape, z.int()),
      successRate: z.number().nullable(),
      avgDurationMs: z.number().nullable(),
      p95DurationMs: z.number().nullable(),
      lastRunAt: instant.nullable(),
      credits: z.number().nullable(),
      daily: z.array(
        z.strictObject({ date: z.string(), total: z.int(), completed: z.int(), failed: z.int() }),
      ),
      asOf: instant,
    }),
  },
  faults: [],
  async answer(world, { principal, params, query }) {
    const now = world.clock.now()
    const { to = new Date(now + 1).toISOString() } = query
    const { from = new Date(Date.parse(to) - usualDays * dayMs).toISOString() } = query
    const span = Date.parse(to) - Date.parse(from)
    if (span <= 0 || span > longestDays * dayMs)
      throw new Fault('invalid_request', 'The query is not right', {
        issues: [{ path: '?from', code: 'not_allowed', message: 'from lies before to, at most 90 days' }],
      })
    const found = await readOverview(world, principal.orgId, params.id, { from, to })
    return { body: { appId: params.id, from, to, ...found, asOf: new Date(now).toISOString() } }
  },
})

function creditsObject({ table, total, items }: Credits): Record<string, unknown> {
  return { table, total, items }
}
