import { createHash } from 'node:crypto'
import * as z from 'zod'
import { route } from '../../http/route.ts'
import { byId, jsonObject, versionQuery } from '../shapes.ts'

/** What was named by number never changes. */
const immutable = { 'cache-control': 'private, max-age=31536000, immutable' }

/** One flow's own OpenAPI, for whoever writes a client of it (conventions.md §9). */
export const flowOpenapi = route({
  face: 'own',
  method: 'GET',
  path: '/v1/flow/{id}/openapi.json',
  summary: 'Read what a flow takes and gives, as OpenAPI 3.1',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: z.strictObject({ version: versionQuery.optional() }),
  reply: { 200: jsonObject },
  faults: [],
  async answer(world, { principal, params, query: { version = 'latest' }, table }) {
    const [{ readContract }, { flowDocument }] = await Promise.all([
      import('../../core/flow-contract.ts'),
      import('./flow-document.ts'),
    ])
    const contract = await readContract(world, principal.orgId, params.id, version)
    const pinned = version !== 'latest'
    const { baseUrl } = world.settings
    const content = JSON.stringify(flowDocument(await table(), contract, { baseUrl, pinned }))
    return {
      text: { contentType: 'application/json', content },
      etag: `"${createHash('sha256').update(content).digest('base64url')}"`,
      headers: pinned ? immutable : {},
    }
  },
})
