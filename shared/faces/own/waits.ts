import * as z from 'zod'
import { listWaitsFor, readWait, type WaitQuery } from '../../core/waits.ts'
import { digits, flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import type { JsonObject } from '../../world.ts'
import { ownAnswerBody } from '../answer-body.ts'
import { byId, noParams, uuid } from '../shapes.ts'
import { runObject, runShape } from './run-object.ts'
import { etagOfWait, waitObject, waitShape } from './wait-object.ts'

/** Questions of all runs, wherever they were asked (conventions.md §9). */
export const list = route({
  face: 'own',
  method: 'GET',
  path: '/v1/waits',
  summary: 'List what runs wait for, soonest end first',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: {},
  params: noParams,
  query: z.strictObject({
    status: z.enum(['open', 'claimed', 'answered', 'expired', 'cancelled']).optional(),
    kind: z.string().optional(),
    flowId: uuid.optional(),
    runId: uuid.optional(),
    stepId: z.string().optional(),
    mine: flag.optional(),
    limit: digits(1, 100).optional(),
    cursor: z.string().optional(),
  }),
  reply: {
    200: z.strictObject({
      data: z.array(waitShape),
      hasMore: z.boolean(),
      nextCursor: z.string().nullable(),
    }),
  },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const { limit = 20, cursor: from, ...filters } = query
    const after = from === undefined ? undefined : await cursor.open<NonNullable<WaitQuery['after']>>(from)
    const { waits, nextPlace } = await listWaitsFor(world, principal, { ...filters, limit, after })
    const next = nextPlace === null ? null : await cursor.seal(nextPlace)
    return { body: { data: waits.map(waitObject), hasMore: next !== null, nextCursor: next }, next }
  },
})

export const read = route({
  face: 'own',
  method: 'GET',
  path: '/v1/waits/{id}',
  summary: 'Read what a run waits for, and who has answered',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { id: 'wait' },
  params: byId,
  query: z.strictObject({}),
  reply: { 200: waitShape },
  faults: [],
  async answer(world, { principal, params }) {
    const wait = await readWait(world, principal.orgId, params.id)
    return { body: waitObject(wait), etag: etagOfWait(wait) }
  },
})

export const answer = route({
  face: 'own',
  method: 'POST',
  path: '/v1/waits/{id}/answer',
  summary: 'Answer what a run waits for; the first answer wins',
  auth: 'bearer',
  scope: 'runs:resume',
  role: 'user',
  objects: { id: 'wait' },
  params: byId,
  query: z.strictObject({}),
  body: ownAnswerBody,
  waits: 25,
  reply: {
    200: z.strictObject({ wait: waitShape, run: runShape }),
    202: z.strictObject({ wait: waitShape, run: runShape }),
  },
  faults: ['conflict', 'wait_already_answered', 'wait_expired', 'run_finished'],
  async answer(world, { principal, params, body, waitSeconds }) {
    const given = body as unknown as JsonObject
    const { answerById } = await import('../../core/answer-by-id.ts')
    const { run, wait, replayed } = await answerById(world, principal, params.id, given, waitSeconds)
    const atWork = run.status === 'running' || run.status === 'queued'
    const { id, status, version } = run
    return {
      ...(atWork
        ? { status: 202, location: `/v1/runs/${id}`, headers: { 'retry-after': '1' } }
        : { status: 200 }),
      body: { wait: waitObject(wait), run: runObject(run) },
      run: { id, status, version },
      replayed,
    }
  },
})
