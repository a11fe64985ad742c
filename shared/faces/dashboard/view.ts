import type * as z from 'zod'
import { readRun } from '../../core/read-run.ts'
import type { RunView } from '../../core/run-view.ts'
import { type Call, type Route, route } from '../../http/route.ts'
import type { World } from '../../world.ts'
import { byId } from '../shapes.ts'
import { aboutRun, etagOfRun } from './run-object.ts'

type ById = z.output<typeof byId>

/** What a view shows, and the cursor of what follows where it is a list. */
interface Shown {
  body: unknown
  next?: string | null
}

/** A read of one run, always current, with its weak ETag (dashboard.md §11). */
export function view<Q extends z.ZodType>(
  name: string,
  summary: string,
  query: Q,
  reply: z.ZodType,
  show: (world: World, run: RunView, call: Call<ById, z.output<Q>, undefined>) => Promise<Shown>,
): Route {
  return route({
    face: 'dashboard',
    method: 'GET',
    path: `/v1/flowrun/${name}/{id}` as '/v1/flowrun/view/{id}',
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
