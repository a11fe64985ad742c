import * as z from 'zod'
import { uploaderBy } from '../../core/shared-files.ts'
import { route } from '../../http/route.ts'
import { fileWish, formLimitBytes, takeFile, uploadReply } from './file-object.ts'
import { byToken } from './shared.ts'

/** Seed 001: a file for an execution by the same token (dashboard.md §4). */
export const upload = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/share/file/{token}',
  summary: 'Upload a file for a shared flow',
  auth: 'open',
  scope: null,
  role: null,
  objects: { token: 'share-token' },
  params: byToken,
  query: z.object({}),
  body: fileWish,
  takesFile: formLimitBytes,
  reply: uploadReply,
  faults: ['rate_limited', 'concurrency_limit'],
  async answer(world, { params, body, content, address }) {
    const uploader = await uploaderBy(world, params.token, address)
    return await takeFile(world, uploader, body, content)
  },
})
