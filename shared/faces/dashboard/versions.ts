import * as z from 'zod'
import { listVersions, readVersion } from '../../core/versions.ts'
import { route } from '../../http/route.ts'
import { byId, byVersion } from '../shapes.ts'
import { askedPage, pageEnd, pageOf, pageQuery } from './pages.ts'
import { versionEntryObject, versionEntryShape, versionObject, versionShape } from './version-object.ts'

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
  reply: { 200: pageOf(versionEntryShape) },
  faults: [],
  async answer(world, { principal, params, query, cursor }) {
    const asked = askedPage(query)
    const below = asked.cursor === undefined ? undefined : await cursor.open<number>(asked.cursor)
    const { limit, offset } = asked
    const part = { status: query.status, limit, offset, below }
    const found = await listVersions(world, principal.orgId, params.id, part)
    const next = found.next === null ? null : await cursor.seal(found.next)
    const end = pageEnd(asked, { total: found.total, nextCursor: next })
    return { body: { data: found.versions.map(versionEntryObject), ...end }, next }
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
  params: byVersion,
  query: z.object({}),
  reply: { 200: versionShape },
  faults: [],
  async answer(world, { principal, params }) {
    const version = await readVersion(world, principal.orgId, params.id, params.version)
    const { hash, status, isLatest } = version
    // The text never changes, but whether it is published and latest does.
    return { body: versionObject(version), etag: `"${hash}.${status}${isLatest ? '.latest' : ''}"` }
  },
})
