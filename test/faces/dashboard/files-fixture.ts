import { expect } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import type { Answer } from '../../http/caller.ts'
import { listenS3 } from '../../local/s3/served.ts'
import { type Faces, openFaces } from '../open-faces.ts'

/** Every face with an object store that is served, and a flow with inputs that are files. */
export interface FileFaces extends Faces {
  /** The flow's id; it gives its inputs back. */
  claiming: string
}

const claiming: JsonObject = {
  metadata: { name: 'Claim' },
  triggers: [{ type: 'api' }, { type: 'form' }],
  inputs: [
    { name: 'claim', type: 'file', required: true },
    { name: 'photo', type: 'file' },
    { name: 'secret', type: 'file', sensitive: true },
  ],
  nodes: { end: { type: 'final', params: { output: '{{inputs}}' } } },
}

/** Opens every face on an object store that listens on a port, as a bucket does. */
export async function openFileFaces(): Promise<FileFaces> {
  let faces: Faces | undefined
  const served = await listenS3(() => faces!.s3)
  faces = await openFaces({ s3Url: served.url })
  return {
    ...faces,
    claiming: await faces.flow(claiming),
    async close() {
      await served.close()
      await faces.close()
    },
  }
}

/** What the file holds, unless a test says otherwise. */
export const bytes = 'the claim'
/** What is told of a file before it comes. */
export const wish = { filename: 'Claim ü "1".pdf', contentType: 'application/pdf', size: bytes.length }
/** The id of a file that is not there. */
export const none = '00000000-0000-4000-8000-000000000009'

/** A form as a browser makes it. */
export function form(parts: [name: string, value: Blob | string, filename?: string][]): FormData {
  const data = new FormData()
  for (const [name, value, filename] of parts)
    if (typeof value === 'string') data.append(name, value)
    else data.append(name, value, filename)
  return data
}

/** What is wrong with a request, by pointer and code. */
export const issuesOf = (answer: Answer): [path: string, code: string][] =>
  answer.body.error.details.issues.map(({ path, code }: { path: string; code: string }) => [path, code])

/** What uploaders do: as a person of acme, or as whoever has a share's token. */
export function fileCalls(faces: () => Faces) {
  const own = '/v1/flow/file'
  const by = (path: string) => (path === own ? { as: faces().acme.token.user } : {})

  const announced = async (path = own, more: object = {}) => {
    const { status, body } = await faces().send('POST', path, { ...by(path), body: { ...wish, ...more } })
    expect(status).toBe(201)
    return body
  }

  const uploaded = async (path?: string): Promise<string> => {
    const { fileId, uploadUrl, uploadMethod, uploadHeaders } = await announced(path)
    const sent = await fetch(uploadUrl, { method: uploadMethod, headers: uploadHeaders, body: bytes })
    expect(sent.status).toBe(200)
    return fileId
  }

  const sendForm = async (data: FormData, path = own, more: Record<string, string> = {}) => {
    const request = new Request('http://127.0.0.1', { method: 'POST', body: data })
    return await faces().send('POST', path, {
      ...by(path),
      body: new Uint8Array(await request.arrayBuffer()),
      headers: { 'content-type': request.headers.get('content-type') ?? '', ...more },
    })
  }

  return { announced, uploaded, sendForm }
}
