import * as z from 'zod'
import { flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { exportShape } from '../export-shape.ts'
import { byId, versionQuery } from '../shapes.ts'

/** Longest list of pointers in a header; the rest is counted. */
const headerLength = 4000

/** Seed 001: a flow as a file. */
export const exportRoute = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow/{id}/export',
  summary: 'Read a flow as a document that can be imported elsewhere',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({
    version: z.union([z.literal('draft'), versionQuery]).optional(),
    format: z.enum(['json', 'yaml']).optional(),
    bundle: flag.optional(),
  }),
  replyTypes: ['application/json', 'application/yaml'],
  reply: { 200: exportShape },
  faults: ['version_not_published', 'conflict'],
  async answer(world, { principal, params, query: { format = 'json', ...query } }) {
    const { exportFlow } = await import('../../core/export-flow.ts')
    const { exportFileName, exportYaml } = await import('../../core/export-file.ts')
    const { document, masked } = await exportFlow(world, principal.orgId, params.id, query)
    const headers = {
      'content-disposition': `attachment; filename="${exportFileName(document, format)}"`,
      ...(masked.length === 0 ? {} : { 'sluice-export-masked': listed(masked) }),
    }
    if (format === 'json') return { body: document, headers }
    return { text: { contentType: 'application/yaml', content: exportYaml(document) }, headers }
  },
})

/** JSON pointers as a header can carry them: percent-encoded, separated by commas; `+3` if three do not fit. */
function listed(pointers: string[]): string {
  let text = ''
  for (const [index, pointer] of pointers.entries()) {
    const next = encodeURI(pointer.toWellFormed()).replaceAll(',', '%2C')
    if (text.length + next.length > headerLength) return `${text}+${pointers.length - index}`
    text += `${next}${index === pointers.length - 1 ? '' : ', '}`
  }
  return text
}
