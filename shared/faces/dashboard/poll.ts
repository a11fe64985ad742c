import * as z from 'zod'
import { awaitRun } from '../../core/await-run.ts'
import { digits } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { byId, instant, uuid } from '../shapes.ts'
import { aboutRun, errorShape, etagOfRun, statusShape } from './run-object.ts'
import { hidesFrom, maybeWaitingShape, waitingOf } from './waiting.ts'

/** Seed 001: how a run stands; `wait` with `rev` holds the answer until the run has moved past it. */
export const poll = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flowrun/poll/{id}',
  summary: 'Read how a run stands, or wait until it has moved',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  resumeToken: 'id',
  objects: { id: 'run' },
  params: byId,
  query: z.object({ rev: digits(0, 999_999_999).optional() }),
  waits: 0,
  reply: {
    200: z.strictObject({
      appRunId: uuid,
      status: statusShape,
      output: z.json().optional(),
      ...z.object(maybeWaitingShape).partial().shape,
      error: errorShape.optional(),
      updatedAt: instant,
      rev: z.int(),
    }),
  },
  faults: [],
  async answer(world, { principal, params, query, waitSeconds }) {
    const run = await awaitRun(world, principal.orgId, params.id, { sinceRev: query.rev, waitSeconds })
    const { id, status, output, error, updatedAt, rev, finishedAt } = run
    return {
      etag: etagOfRun(run),
      ...aboutRun(run),
      ...(finishedAt === null ? { headers: { 'retry-after': '1' } } : {}),
      body: {
        appRunId: id,
        status,
        ...(status === 'completed' ? { output } : {}),
        ...(status === 'waiting' ? waitingOf(run, hidesFrom(principal)) : {}),
        ...(error ? { error } : {}),
        updatedAt,
        rev,
      },
    }
  },
})
