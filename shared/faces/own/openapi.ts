import { createHash } from 'node:crypto'
import * as z from 'zod'
import { type FaceName, type Route, route } from '../../http/route.ts'
import { jsonObject, noParams } from '../shapes.ts'

const faces = ['client', 'dashboard', 'journeys', 'headless', 'hooks', 'runner', 'executions', 'own'] as const

/** Which face's part is asked for; without it the whole. */
export const faceQuery = z.strictObject({ face: z.enum(faces).optional() })

/** Documents that have been made: they change with the release alone. */
const made = new Map<string, { content: string; etag: string }>()

/** The whole product's OpenAPI 3.1, or one face's (conventions.md §9). */
export const openapi = route({
  face: 'own',
  method: 'GET',
  path: '/openapi.json',
  summary: 'Read what this service can be asked, as OpenAPI 3.1',
  auth: 'open',
  scope: null,
  role: null,
  objects: {},
  params: noParams,
  query: faceQuery,
  reply: { 200: jsonObject },
  faults: [],
  async answer(world, { query, table }) {
    const { baseUrl } = world.settings
    const key = `${baseUrl} ${query.face ?? ''}`
    const { content, etag } = made.get(key) ?? (await make(await table(), baseUrl, query.face))
    made.set(key, { content, etag })
    return {
      text: { contentType: 'application/json', content },
      etag,
      headers: { 'cache-control': 'public, max-age=300' },
    }
  },
})

async function make(
  table: readonly Route[],
  baseUrl: string,
  face?: FaceName,
): Promise<{ content: string; etag: string }> {
  const [{ openApi }, { faceTexts }, { wordsFor }] = await Promise.all([
    import('../../http/openapi.ts'),
    import('../face-texts.ts'),
    import('../words-for.ts'),
  ])
  const routes = face === undefined ? table : table.filter((one) => one.face === face)
  const content = JSON.stringify(openApi({ routes, faces: faceTexts, wordsFor, baseUrl }))
  return { content, etag: `"${createHash('sha256').update(content).digest('base64url')}"` }
}
