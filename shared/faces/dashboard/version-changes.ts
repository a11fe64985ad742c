import * as z from 'zod'
import { etagOf } from '../../core/flow-guard.ts'
import {
  type ChangedVersion,
  deleteVersion,
  publishVersion,
  rollbackTo,
  setLatest,
  unpublishVersion,
} from '../../core/version-status.ts'
import { type Reply, type Route, route } from '../../http/route.ts'
import { byNumberedVersion, byVersion, prose, uuid } from '../shapes.ts'
import { versionObject, versionShape } from './version-object.ts'

/** A version after a change, with what became of its flow (dashboard.md §8). */
const changedShape = versionShape.extend({ revision: z.int(), latestVersion: z.int().nullable() })

function replyOf({ version, flow }: ChangedVersion): Reply & { body: z.input<typeof changedShape> } {
  const { revision, latestVersion } = flow
  return { etag: etagOf(flow), body: { ...versionObject(version), revision, latestVersion } }
}

const asked = {
  face: 'dashboard',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow', version: 'version' },
  params: byNumberedVersion,
  query: z.object({}),
  guarded: true,
} as const

/** Seed 001: one word behind a version, without a body. */
function verb(
  word: 'publish' | 'unpublish' | 'set-latest',
  summary: string,
  change: typeof publishVersion,
  faults: Route['faults'] = [],
): Route {
  return route({
    ...asked,
    method: 'POST',
    path: `/v1/flow/{id}/versions/{version}/${word}`,
    summary,
    body: z.object({}),
    reply: { 200: changedShape },
    faults: ['etag_mismatch', ...faults],
    async answer(world, { principal, params, guard }) {
      return replyOf(await change(world, principal, params.id, params.version, guard))
    },
  })
}

export const publish = verb('publish', 'Publish an unpublished version again', publishVersion)

export const unpublish = verb('unpublish', 'Take a version away from new starts', unpublishVersion)

export const latest = verb('set-latest', 'Make a published version the latest', setLatest, [
  'version_not_published',
])

export const rollback = route({
  ...asked,
  method: 'POST',
  path: '/v1/flow/{id}/versions/{version}/rollback',
  summary: 'Publish the text of an earlier version as the next one',
  body: z.object({ notes: prose(2000).nullable().optional(), keepDraft: z.boolean().optional() }),
  reply: { 201: changedShape },
  faults: ['etag_mismatch'],
  async answer(world, { principal, params, body, guard }) {
    const { notes = null, keepDraft = false } = body
    const made = await rollbackTo(world, principal, params.id, params.version, { notes, keepDraft, guard })
    const location = `/v1/flow/${params.id}/versions/${made.version.version}`
    return { ...replyOf(made), status: 201, location }
  },
})

export const remove = route({
  ...asked,
  params: byVersion,
  method: 'DELETE',
  path: '/v1/flow/{id}/versions/{version}',
  summary: 'Delete a version that is not published',
  reply: { 200: z.strictObject({ appId: uuid, version: z.int(), deleted: z.literal(true) }) },
  faults: ['conflict', 'etag_mismatch'],
  async answer(world, { principal, params: { id, version }, guard }) {
    await deleteVersion(world, principal, id, version, guard)
    return { body: { appId: id, version, deleted: true as const } }
  },
})
