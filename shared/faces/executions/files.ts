import * as z from 'zod'
import type { FileView } from '../../core/file-view.ts'
import { digits } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { filename, mediaType } from '../dashboard/file-object.ts'
import { instant, uuid } from '../shapes.ts'
import { nextPage, pageQuery, partOf } from './pages.ts'

const ofFlow = z.strictObject({ flow_id: uuid })

/** What a file is called that has no name. */
const unnamed = 'file'

/** Ours, as all about files: where to send the bytes of a file (headless-runner-executions.md 3.4). */
export const upload = route({
  face: 'executions',
  method: 'POST',
  path: '/api/flows/{flow_id}/files/upload-url',
  summary: 'Ask where to send the bytes of a file',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { flow_id: 'flow' },
  params: ofFlow,
  query: z.strictObject({
    content_type: mediaType,
    filename: filename.optional(),
    size: digits(1, 999_999_999).optional(),
  }),
  reply: {
    201: z.strictObject({
      upload_url: z.string(),
      file_key: uuid,
      method: z.literal('PUT'),
      headers: z.record(z.string(), z.string()),
      expires_at: instant,
    }),
  },
  faults: ['concurrency_limit'],
  async answer(world, { principal, params, query }) {
    const { createFlowFile } = await import('../../core/flow-files.ts')
    const wish = { filename: query.filename ?? unnamed, contentType: query.content_type, size: query.size }
    const { file, upload } = await createFlowFile(world, principal, params.flow_id, wish)
    const { uploadUrl, uploadHeaders, expiresAt } = upload
    return {
      status: 201,
      body: {
        ...{ upload_url: uploadUrl, file_key: file.fileId, method: 'PUT' },
        ...{ headers: uploadHeaders, expires_at: expiresAt },
      },
    }
  },
})

export const list = route({
  face: 'executions',
  method: 'GET',
  path: '/api/flows/{flow_id}/files',
  summary: 'List the files of a flow, newest first',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { flow_id: 'flow' },
  params: ofFlow,
  query: z.strictObject(pageQuery),
  reply: {
    200: z.array(
      z.strictObject({
        file_key: uuid,
        filename: z.string(),
        content_type: z.string(),
        size: z.int().nullable(),
        status: z.enum(['pending', 'ready']),
        created_at: instant,
      }),
    ),
  },
  faults: [],
  async answer(world, { principal, params, query, path }) {
    const { listFiles } = await import('../../core/flow-files.ts')
    const part = partOf(query)
    const { files, more } = await listFiles(world, principal.orgId, params.flow_id, part)
    return { body: files.map(fileObject), headers: nextPage(path, query, part, more) }
  },
})

export const download = route({
  face: 'executions',
  method: 'POST',
  path: '/api/flows/{flow_id}/files/download-url',
  summary: 'Ask where the bytes of a file are to be had',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { flow_id: 'flow' },
  params: ofFlow,
  query: z.strictObject({}),
  body: z.strictObject({ file_key: uuid }),
  reply: { 200: z.strictObject({ download_url: z.string(), expires_at: instant }) },
  faults: [],
  async answer(world, { principal, params, body }) {
    const { flowFileUrl } = await import('../../core/flow-files.ts')
    const { url, expiresAt } = await flowFileUrl(world, principal.orgId, params.flow_id, body.file_key)
    return { body: { download_url: url, expires_at: expiresAt } }
  },
})

function fileObject({ fileId, filename, contentType, size, status, createdAt }: FileView) {
  return { file_key: fileId, filename, content_type: contentType, size, status, created_at: createdAt }
}
