import * as z from 'zod'
import { etagOf } from '../../core/flow-guard.ts'
import { publishFlow } from '../../core/publish.ts'
import { listVersions, readVersion } from '../../core/versions.ts'
import { route } from '../../http/route.ts'
import { byId, notBoth, prose, uuid } from '../shapes.ts'
import { versionEntryObject, versionObject } from './flow-object.ts'
import { pageObject, pageQuery } from './pages.ts'

const anyObject = z.record(z.string(), z.unknown())

/** Seed 001: the draft becomes the next version (dashboard.md §5). */
export const publish = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/{id}/publish',
  summary: 'Publish the draft as the next version',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({}),
  body: z.object({
    notes: prose(2000).nullable().optional(),
    setLatest: z.boolean().optional(),
    revision: z.int().positive().optional(),
  }),
  guarded: true,
  reply: { 201: anyObject },
  faults: ['not_found', 'conflict', 'etag_mismatch', 'validation_failed', 'unavailable'],
  async answer(world, { principal, params, body, guard }) {
    const { revision, notes = null, setLatest = true } = body
    const { version, flow } = await publishFlow(world, principal, params.id, {
      notes,
      setLatest,
      guard: { ...guard, ...(revision === undefined ? {} : { revision }) },
    })
    return {
      status: 201,
      location: `/v1/flow/${flow.id}/versions/${version.version}`,
      etag: etagOf(flow),
      body: { ...versionObject(version), revision: flow.revision },
    }
  },
})

export const list = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow/{id}/versions',
  summary: 'List the versions of a flow, newest first',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({ ...pageQuery, status: z.enum(['published', 'unpublished']).optional() }),
  reply: { 200: anyObject },
  faults: ['not_found'],
  async answer(world, { principal, params, query, cursor }) {
    const { limit = 20, page = 1, cursor: from, total: counted = true, status } = query
    notBoth(['page', query.page], ['cursor', from])
    const below = from === undefined ? undefined : await cursor.open<number>(from)
    const found = await listVersions(world, principal.orgId, params.id, {
      status,
      limit,
      offset: (page - 1) * limit,
      below,
    })
    const nextCursor = found.next === null ? null : await cursor.seal(found.next)
    return {
      body: pageObject({
        data: found.versions.map(versionEntryObject),
        limit,
        page: from === undefined ? page : null,
        total: counted ? found.total : null,
        totalCapped: false,
        nextCursor,
      }),
      ...(nextCursor
        ? { next: new URLSearchParams({ limit: String(limit), cursor: nextCursor }).toString() }
        : {}),
    }
  },
})

export const read = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow/{id}/versions/{version}',
  summary: 'Read a version with its definition as written',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow', version: 'version' },
  params: z.strictObject({
    id: uuid,
    version: z.union([
      z.literal('latest'),
      z
        .string()
        .regex(/^[1-9]\d{0,7}$/)
        .transform(Number),
    ]),
  }),
  query: z.object({}),
  reply: { 200: anyObject },
  faults: ['not_found', 'version_not_published'],
  async answer(world, { principal, params }) {
    const version = await readVersion(world, principal.orgId, params.id, params.version)
    const { hash, status, isLatest } = version
    return {
      body: versionObject(version),
      etag: `W/"${hash.slice(0, 16)}.${status}.${isLatest ? 'latest' : ''}"`,
    }
  },
})
