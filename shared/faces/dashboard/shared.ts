import * as z from 'zod'
import { readShared, startShared } from '../../core/shared-runs.ts'
import { keyOf } from '../../http/idempotency.ts'
import { flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { instant, jsonObject } from '../shapes.ts'
import { fieldShape } from './field-shape.ts'
import { executeReply, runReply } from './run-answer.ts'
import { hidesFrom } from './waiting.ts'

/** The token is the credential. */
export const byToken = z.strictObject({ token: z.string().regex(/^shr_[\w-]{43}$/) })

/** Seed 001: what a page needs to draw the form of a shared flow (dashboard.md §4). */
export const read = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow/share/{token}',
  summary: 'Read the form of a shared flow',
  auth: 'open',
  scope: null,
  role: null,
  objects: { token: 'share-token' },
  params: byToken,
  query: z.object({}),
  reply: {
    200: z.strictObject({
      name: z.string(),
      description: z.string().nullable(),
      version: z.int(),
      inputs: z.array(fieldShape),
      requiresFile: z.boolean(),
      expiresAt: instant.nullable(),
    }),
  },
  faults: [],
  async answer(world, { params }) {
    const form = await readShared(world, params.token)
    return { body: { ...form, inputs: form.inputs.map((field) => ({ ...field })) } }
  },
})

/** Seed 001: runs a shared flow. */
export const execute = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/share/execute/{token}',
  summary: 'Execute a shared flow',
  auth: 'open',
  scope: null,
  role: null,
  objects: { token: 'share-token' },
  params: byToken,
  query: z.object({ returnExecutionMetadata: flag.optional() }),
  body: jsonObject,
  waits: 25,
  startsRun: true,
  reply: executeReply,
  faults: ['run_failed', 'rate_limited', 'concurrency_limit'],
  async answer(world, { params, query, body, waitSeconds, traceparent, address, header, path }) {
    const { returnExecutionMetadata: enveloped = false } = query
    const { run, replayed, resumeToken, allowApproval } = await startShared(world, params.token, {
      ...{ inputs: body, waitSeconds, address, traceparent },
      idempotency: (shareId) =>
        keyOf(header('idempotency-key'), { who: `share:${shareId}`, method: 'POST', path }, { body, query }),
    })
    const holds = { runId: run.id, allowApproval }
    return runReply(run, { enveloped, replayed, resumeToken, hides: hidesFrom({ holds }) })
  },
})
