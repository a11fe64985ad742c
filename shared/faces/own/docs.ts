import { createHash } from 'node:crypto'
import * as z from 'zod'
import { type Route, route } from '../../http/route.ts'
import { noParams } from '../shapes.ts'
import { faceQuery } from './openapi.ts'
import type { RendererFile } from './renderer.ts'

const open = { face: 'own', method: 'GET', auth: 'open', scope: null, role: null } as const

/** The page asks for the document with its own query, which this route has checked. It asks nobody else. */
const start = `SwaggerUIBundle({
  url: '/openapi.json' + location.search,
  dom_id: '#docs',
  docExpansion: 'none',
  deepLinking: true,
  validatorUrl: null,
})`

/**
 * What the renderer needs: scripts, styles and the document of this origin, the one inline script by its hash, and images
 * that its stylesheet holds itself. No inline styles, no evaluated text, no other address.
 */
const policy = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash('sha256').update(start).digest('base64')}'`,
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

const content = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sluice</title>
<link rel="stylesheet" href="/docs/renderer.css">
<div id="docs">These pages need JavaScript; <a href="/openapi.json">the document itself</a> does not.</div>
<script src="/docs/renderer.js"></script>
<script>${start}</script>
</html>
`

/** The product's document for people; it works without any other address (conventions.md §9). */
export const page = route({
  ...open,
  path: '/docs',
  summary: 'Read the documents of this service as a page',
  objects: {},
  params: noParams,
  query: faceQuery,
  replyTypes: ['text/html'],
  reply: { 200: z.string() },
  faults: [],
  async answer() {
    return {
      text: { contentType: 'text/html; charset=utf-8', content },
      headers: { 'content-security-policy': policy },
    }
  },
})

function asset(
  path: '/docs/renderer.js' | '/docs/renderer.css',
  { type, file }: { type: string; file: RendererFile },
): Route {
  return route({
    ...open,
    path,
    summary: 'Read a part of the documents’ page',
    objects: {},
    params: noParams,
    query: z.strictObject({}),
    replyTypes: [type],
    reply: { 200: z.string() },
    faults: [],
    async answer() {
      const { readRenderer } = await import('./renderer.ts')
      const text = readRenderer(file)
      return {
        text: { contentType: `${type}; charset=utf-8`, content: text },
        etag: `"${createHash('sha256').update(text).digest('base64url')}"`,
        headers: { 'cache-control': 'public, max-age=86400' },
      }
    },
  })
}

export const script = asset('/docs/renderer.js', { type: 'text/javascript', file: 'swagger-ui-bundle.js' })
export const stylesheet = asset('/docs/renderer.css', { type: 'text/css', file: 'swagger-ui.css' })
