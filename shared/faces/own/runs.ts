import * as z from 'zod'
import { awaitRun } from '../../core/await-run.ts'
import { readRunEvents, runEventTypes } from '../../core/events-of-run.ts'
import { digits } from '../../http/query.ts'
import { type Reply, route } from '../../http/route.ts'
import { byId, instant } from '../shapes.ts'
import { runObject, runShape } from './run-object.ts'

/** A run of any face (conventions.md §9); `wait` with `rev` holds the answer until the run has moved past it. */
export const read = route({
  face: 'own',
  method: 'GET',
  path: '/v1/runs/{id}',
  summary: 'Read a run, or wait until it has moved',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { id: 'run' },
  params: byId,
  query: z.strictObject({ rev: digits(0, 999_999_999).optional() }),
  waits: 0,
  reply: { 200: runShape },
  faults: [],
  async answer(world, { principal, params, query, waitSeconds }) {
    const asked = { sinceRev: query.rev, waitSeconds, parts: ['inputs' as const] }
    const run = await awaitRun(world, principal.orgId, params.id, asked)
    const { id, status, version, rev, finishedAt } = run
    return {
      body: runObject(run),
      etag: `W/"${rev}"`,
      run: { id, status, version },
      ...(finishedAt === null ? { headers: { 'retry-after': '1' } } : {}),
    }
  },
})

/** Whoever waits for a type that there is not would wait for ever. */
const typesQuery = z
  .string()
  .transform((text) => text.split(','))
  .refine(
    (types) => types.every((type) => runEventTypes.includes(type)),
    `give some of ${runEventTypes.join(', ')}, with commas between`,
  )

const eventShape = z.strictObject({
  seq: z.int(),
  type: z.string(),
  at: instant,
  stepId: z.string().optional(),
  stepType: z.string().optional(),
  iteration: z.string().optional(),
  data: z.json(),
})

/** How long a browser's EventSource is kept waiting for the next event, in seconds, and when it comes back. */
const streamSeconds = 25
const comeBackMs = 500

export const events = route({
  face: 'own',
  method: 'GET',
  path: '/v1/runs/{id}/events',
  summary: 'Read what has happened in a run, or wait for the next event',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { id: 'run' },
  params: byId,
  query: z.strictObject({ after: digits(0, 999_999_999).optional(), types: typesQuery.optional() }),
  waits: 0,
  replyTypes: ['application/json', 'text/event-stream'],
  reply: {
    200: z.strictObject({ data: z.array(eventShape), lastSeq: z.int(), ended: z.boolean() }),
    204: z.undefined(),
  },
  faults: [],
  async answer(world, { principal, params, query, waitSeconds, header }) {
    const streams = /\btext\/event-stream\b/.test(header('accept') ?? '')
    const seen = /^\d{1,9}$/.exec(header('last-event-id') ?? '')?.[0]
    const after = streams && seen !== undefined ? Number(seen) : (query.after ?? 0)
    const page = await readRunEvents(world, principal.orgId, params.id, {
      after,
      waitSeconds: streams ? streamSeconds : waitSeconds,
      types: query.types,
    })
    const { events, lastSeq, ended, run } = page
    const reply = streams ? stream(page) : { body: { data: events, lastSeq, ended } }
    return { ...reply, run }
  },
})

/** The gateway cannot stream: each answer is whole, and the browser comes back with the number it has seen. */
function stream({ events: list, ended }: Awaited<ReturnType<typeof readRunEvents>>): Reply {
  // Ends an EventSource for good.
  if (list.length === 0 && ended) return { status: 204 }
  const messages = list.map(
    (event) => `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
  )
  return {
    text: { contentType: 'text/event-stream', content: `retry: ${comeBackMs}\n\n${messages.join('')}` },
    headers: { 'cache-control': 'no-store' },
  }
}
