import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

describe('the page of the documents', () => {
  test('is kept to this origin by a policy that lets nothing else run', async () => {
    const { status, headers, text } = await faces.send('GET', '/docs')
    const inline = /<script>([\s\S]*?)<\/script>/.exec(text)?.[1] ?? ''
    const hash = createHash('sha256').update(inline).digest('base64')

    expect(status).toBe(200)
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self' 'sha256-${hash}'; style-src 'self'; img-src data:; connect-src 'self'; ` +
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    )
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    expect(text).not.toMatch(/https?:|\/\/|style=|onload|innerHTML/)
  })

  test('everything that it asks for is here', async () => {
    const { text } = await faces.send('GET', '/docs')
    const asked = [...text.matchAll(/(?:src|href)="([^"]+)"|url: '([^']+)'/g)].map(([, a, b]) => a ?? b!)

    const answers = await Promise.all(asked.map((path) => faces.send('GET', path)))

    expect(new Set(asked)).toEqual(new Set(['/docs/renderer.css', '/openapi.json', '/docs/renderer.js']))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  })

  test('its renderer is kept by whoever has it, and fits into one reply of a function', async () => {
    const { headers, text } = await faces.send('GET', '/docs/renderer.js')
    const again = await faces.send('GET', '/docs/renderer.js', {
      headers: { 'if-none-match': headers.etag! },
    })

    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=86400',
    })
    expect(text).toContain('SwaggerUIBundle')
    expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThan(6 * 1024 * 1024)
    expect([again.status, again.text]).toEqual([304, ''])
  })

  test('shows one face if asked, and no query that the document would refuse', async () => {
    const one = await faces.send('GET', '/docs?face=runner')
    const none = await faces.send('GET', '/docs?face=mobile')
    const other = await faces.send('GET', '/docs?url=https://elsewhere.example/openapi.json')

    expect([one.status, none.status, other.status]).toEqual([200, 400, 400])
  })
})
