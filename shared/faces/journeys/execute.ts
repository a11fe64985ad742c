import * as z from 'zod'
import type { RawBody } from '../../http/raw-body.ts'
import { type Route, route } from '../../http/route.ts'
import type { Asked } from './drive.ts'
import { stepShape } from './step-shape.ts'

/** Seed 000: starts a journey, shows where it stands, and takes the answers of its steps (faces/journeys.md). */
export function execute(path: '/api/server/v1/flow/execute' | '/t/{org}/api/server/v1/flow/execute'): Route {
  const inPath = path.startsWith('/t/')
  return route({
    face: 'journeys',
    method: 'POST',
    path,
    summary: inPath ? 'Drive a journey of one organisation' : 'Drive a journey of the default organisation',
    auth: 'open',
    scope: null,
    role: null,
    objects: (inPath ? { org: 'organisation' } : {}) as never,
    params: inPath ? z.strictObject({ org: z.string() }) : z.strictObject({}),
    query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    body: z.custom<RawBody>(),
    raw: true,
    waits: 25,
    waitsByHeader: true,
    reply: { 200: stepShape },
    faults: ['concurrency_limit'],
    // What drives journeys is read from disk by the first request: the gateway's pre-flights do without.
    answer: async (world, call) => (await import('./drive.ts')).drive(world, call as unknown as Asked),
  })
}
