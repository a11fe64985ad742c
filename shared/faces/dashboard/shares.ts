import * as z from 'zod'
import { changeShare, createShare, deleteShare, listShares, type ShareView } from '../../core/shares.ts'
import { flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { byId, instant, label, momentInBody, uuid } from '../shapes.ts'
import { askedPage, pageEnd, pageOf, pageQuery } from './pages.ts'

const byShare = z.strictObject({ id: uuid, shareId: uuid })
const maxRuns = z.int().min(1).max(1_000_000).nullable()

const shareShape = z.strictObject({
  _id: uuid,
  appId: uuid,
  name: z.string().nullable(),
  tokenHint: z.string(),
  version: z.union([z.literal('latest'), z.int()]),
  expiresAt: instant.nullable(),
  maxRuns: z.int().nullable(),
  runs: z.int(),
  allowApproval: z.boolean(),
  disabled: z.boolean(),
  createdAt: instant,
  createdBy: z.string(),
  lastUsedAt: instant.nullable(),
})

function shareObject({ id, flowId, ...share }: ShareView): z.output<typeof shareShape> {
  return { _id: id, appId: flowId, ...share }
}

/** Share tokens of a flow; the token is shown once (dashboard.md §4). */
export const create = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/{id}/share',
  summary: 'Share a flow: whoever has the token may run it',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({}),
  body: z.strictObject({
    name: label(100).nullable().optional(),
    version: z.union([z.literal('latest'), z.int().min(1)]).optional(),
    expiresAt: momentInBody.optional(),
    maxRuns: maxRuns.optional(),
    allowApproval: z.boolean().optional(),
  }),
  alsoNeeds: () => ['runs:start'],
  reply: { 201: shareShape.extend({ token: z.string(), url: z.url() }) },
  faults: ['conflict', 'version_not_published'],
  async answer(world, { principal, params, body }) {
    const { share, token } = await createShare(world, principal, params.id, body)
    const url = `${world.settings.baseUrl}/v1/flow/share/${token}`
    return {
      status: 201,
      headers: { 'cache-control': 'no-store' },
      body: { ...shareObject(share), token, url },
    }
  },
})

export const list = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow/{id}/share',
  summary: 'List the shares of a flow, newest first',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: z.object(pageQuery),
  reply: { 200: pageOf(shareShape) },
  faults: [],
  async answer(world, { principal, params, query, cursor }) {
    const asked = askedPage(query)
    const all = await listShares(world, principal.orgId, params.id)
    const first = asked.cursor === undefined ? asked.offset : await cursor.open<number>(asked.cursor)
    const end = first + asked.limit
    const next = all.length > end ? await cursor.seal(end) : null
    const rest = pageEnd(asked, { total: all.length, nextCursor: next })
    return { body: { data: all.slice(first, end).map(shareObject), ...rest }, next }
  },
})

export const change = route({
  face: 'dashboard',
  method: 'PATCH',
  path: '/v1/flow/{id}/share/{shareId}',
  summary: 'Change what a share may do',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow', shareId: 'share' },
  params: byShare,
  query: z.object({}),
  body: z.strictObject({
    name: label(100).nullable().optional(),
    expiresAt: momentInBody.optional(),
    maxRuns: maxRuns.optional(),
    disabled: z.boolean().optional(),
    allowApproval: z.boolean().optional(),
  }),
  alsoNeeds: () => ['runs:start'],
  reply: { 200: shareShape },
  faults: [],
  async answer(world, { principal, params, body }) {
    const wish = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
    return { body: shareObject(await changeShare(world, principal, params.id, params.shareId, wish)) }
  },
})

export const remove = route({
  face: 'dashboard',
  method: 'DELETE',
  path: '/v1/flow/{id}/share/{shareId}',
  summary: 'Revoke a share at once',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow', shareId: 'share' },
  params: byShare,
  query: z.object({ cancelRuns: flag.optional() }),
  reply: { 200: z.strictObject({ _id: uuid, deleted: z.literal(true) }) },
  faults: [],
  async answer(world, { principal, params, query }) {
    const { cancelRuns = false } = query
    await deleteShare(world, principal, params.id, params.shareId, { cancelRuns })
    return { body: { _id: params.shareId, deleted: true } }
  },
})
