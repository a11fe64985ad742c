import * as z from 'zod'
import { route } from '../../http/route.ts'
import { byId, noParams } from '../shapes.ts'
import { fileObject, fileShape, fileWish, formLimitBytes, takeFile, uploadReply } from './file-object.ts'

/** Seed 001: a value for a `file` field (dashboard.md §7). */
export const upload = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/file',
  summary: 'Upload a file, or ask where to send its bytes',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: {},
  params: noParams,
  query: z.object({}),
  body: fileWish,
  takesFile: formLimitBytes,
  reply: uploadReply,
  faults: ['concurrency_limit'],
  answer: (world, { principal: { orgId, actor }, body, content }) =>
    takeFile(world, { orgId, actor }, body, content),
})

/** Ours: a file, and for five minutes where its bytes are to be had. */
export const read = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow/file/{id}',
  summary: 'Read a file',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { id: 'file' },
  params: byId,
  query: z.object({}),
  reply: { 200: fileShape.extend({ downloadUrl: z.string().nullable() }) },
  faults: [],
  async answer(world, { principal, params }) {
    const { readFile } = await import('../../core/files.ts')
    const { file, downloadUrl } = await readFile(world, principal.orgId, params.id)
    return { body: { ...fileObject(file), downloadUrl } }
  },
})
