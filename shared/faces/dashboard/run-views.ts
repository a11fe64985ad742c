import * as z from 'zod'
import type { Principal } from '../../core/principal.ts'
import type { RunView } from '../../core/run-view.ts'
import { listSteps } from '../../core/runs.ts'
import type { StepRecord } from '../../core/steps-of-run.ts'
import type { World } from '../../world.ts'
import { jsonObject, uuid } from '../shapes.ts'
import { askedPage, pageEnd, pageFields, pageQuery } from './pages.ts'
import {
  baseOf,
  baseShape,
  errorShape,
  statusShape,
  stepEntry,
  stepEntryShape,
  stepObject,
  stepShape,
} from './run-object.ts'
import { view } from './view.ts'
import { maybeWaitingShape, waitingOf } from './waiting.ts'

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

/** What details and detailed have in common. */
export const detailsShape = {
  ...baseShape,
  inputs: jsonObject,
  output: z.json(),
  error: errorShape.nullable(),
  ...maybeWaitingShape,
  credits: z.number(),
  openWaits: z.int(),
  createdBy: z.string(),
  rerunOf: uuid.nullable(),
  reruns: z.array(uuid),
  parentRunId: uuid.nullable(),
  scheduledAt: z.string().nullable(),
  draftRevision: z.int().nullable(),
}

export function detailsOf(run: RunView, credits: number): Record<string, unknown> {
  const { inputs: given, output, error, openWaits, createdBy, parentRunId, draftRevision = null } = run
  return {
    ...baseOf(run),
    ...{ inputs: given, output, error, ...waitingOf(run), credits, openWaits, createdBy },
    ...{ rerunOf: run.rerunOf, reruns: run.reruns, parentRunId, scheduledAt: run.scheduledAt, draftRevision },
  }
}

/** Read from disk by those who ask: a run that is polled is not counted. */
export async function creditsTotal(world: World, orgId: string, runId: string): Promise<number> {
  const { readCredits } = await import('../../core/credits.ts')
  return (await readCredits(world, orgId, runId)).total
}

export const details = view(
  'details',
  'Read a run with its steps',
  noQuery,
  z.strictObject({ ...detailsShape, steps: z.array(stepEntryShape) }),
  async (world, run, { principal }) => {
    const [records, credits] = await Promise.all([
      listSteps(world, principal.orgId, run.id),
      creditsTotal(world, principal.orgId, run.id),
    ])
    return { body: { ...detailsOf(run, credits), steps: records.map(stepEntry) } }
  },
)

/** One record whole, as far as a reply holds it. */
async function whole(world: World, { orgId }: Principal, { id }: RunView, step: StepRecord) {
  if (!step.isLarge) return step
  const { readLarge } = await import('../../core/read-large.ts')
  return { ...step, ...(await readLarge(world, { orgId, runId: id, stepKey: step.key }, step.output)) }
}

function linkOf(step: StepRecord & { downloadUrl?: string }) {
  return step.downloadUrl === undefined ? {} : { downloadUrl: step.downloadUrl }
}

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
    const found = await listSteps(world, principal.orgId, run.id, { stepId, status, key })
    const all =
      key === undefined ? found : await Promise.all(found.map((one) => whole(world, principal, run, one)))
    const start = asked.cursor === undefined ? asked.offset : await cursor.open<number>(asked.cursor)
    const end = start + asked.limit
    const next = all.length > end ? await cursor.seal(end) : null
    const rest = pageEnd(asked, { total: all.length, nextCursor: next })
    return {
      body: {
        runId: run.id,
        steps: all.slice(start, end).map((step) => ({ ...stepObject(step), ...linkOf(step) })),
        ...rest,
      },
      next,
    }
  },
)
