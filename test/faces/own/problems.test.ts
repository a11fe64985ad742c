import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ownWords } from '../../../shared/faces/own/words.ts'
import { Fault, faultCodes } from '../../../shared/faults.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

describe('the page of a problem', () => {
  test.each(faultCodes)('%s is where its problem documents point', async (code) => {
    const { baseUrl } = faces.world.settings
    const occasion = { requestId: 'req_1', path: '/v1/waits', baseUrl }
    const problem = ownWords(new Fault(code, 'x'), occasion).body as {
      type: string
      title: string
      code: string
    }
    const path = problem.type.slice(baseUrl.length)
    const accept = { accept: 'application/json' }

    const pointedAt = await faces.send('GET', path, { headers: accept })
    const own = await faces.send('GET', `/problems/${code}`, { headers: accept })

    expect(pointedAt.status).toBe(200)
    expect(pointedAt.body).toMatchObject({ code: problem.code, title: problem.title })
    expect(own.body).toMatchObject({ code: problem.code, status: new Fault(code, 'x').status })
    expect(own.body.means.length).toBeGreaterThan(20)
    expect(own.body.todo.length).toBeGreaterThan(20)
  })

  test('is HTML for whoever does not ask for JSON, and lets nothing run', async () => {
    const { status, headers, text } = await faces.send('GET', '/problems/rate_limited', {
      headers: { accept: 'text/html,*/*;q=0.8' },
    })

    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'$/,
    )
    for (const part of ['Too many requests', 'status 429', 'Retry-After', 'may succeed later'])
      expect(text).toContain(part)
    expect(text).not.toMatch(/https?:|<script|style=/)
  })

  test('does not exist for a code that does not', async () => {
    for (const code of ['no_such_code', 'constructor', 'Conflict', '..%2fhealth']) {
      const { status, body } = await faces.send('GET', `/problems/${code}`)
      expect([status, body.code]).toEqual([404, 'not_found'])
    }
  })
})
