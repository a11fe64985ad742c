import { describe, expect, test } from 'vitest'
import { wordsFor } from '../../shared/faces/words-for.ts'
import { Fault, faultCodes } from '../../shared/faults.ts'
import type { FaceName } from '../../shared/http/route.ts'
import { publicCode } from '../../shared/http/words.ts'
import { codeOf, errorShapes } from './error-shapes.ts'

const paths: [face: FaceName, path: string][] = [
  ['client', '/v1/client/flow/x/execute'],
  ['dashboard', '/v1/flow'],
  ['runner', '/api/v1/flows'],
  ['executions', '/api/flow-executions'],
  ['own', '/health'],
]
const occasion = {
  requestId: 'req_01JD8Y7V6M3Q0000000000000X',
  path: '/v1/flow',
  baseUrl: 'https://api.example.com',
}
const issues = [
  { path: '/a/b', code: 'too_big', message: 'Too big', stepId: 's', line: 1, column: 2 },
  { path: '/c', code: 'custom', message: 'Wrong' },
]

describe.each(paths)('M17 %s prints every code in its own shape', (face, path) => {
  test.each(faultCodes)('%s', (code) => {
    const fault = new Fault(code, 'It is refused', { reason: 'why', issues, allow: 'GET' })
    const printed = wordsFor(path)(fault, occasion)

    expect(errorShapes[face].safeParse(printed.body).error).toBeUndefined()
    expect([printed.status, codeOf(printed.body as object)]).toEqual([fault.status, publicCode(code)])
    expect(JSON.stringify(printed.body)).not.toContain('"allow"')
  })

  test('J5 internal_error tells nothing', () => {
    const fault = new Fault('internal_error', 'arn:aws:table at /var/task', { reason: 'secret', issues })
    const text = JSON.stringify(wordsFor(path)(fault, occasion).body)

    expect(text).not.toMatch(/arn:|var\/task|secret|Too big/)
    expect(text).toContain(occasion.requestId)
  })
})

test.each([
  ['/api/v1', 'runner'],
  ['/api/v1/anything', 'runner'],
  ['/api/v10', 'own'],
  ['/api/flow-executions/x', 'executions'],
  ['/api/flows/x/files', 'executions'],
  ['/api/flow', 'own'],
  ['/v1/flow/x/anything', 'dashboard'],
  ['/v1/flowrun', 'dashboard'],
  ['/v1/flows', 'own'],
  ['/v1/flow/x/versions/1/asl', 'own'],
  ['/', 'own'],
])('%s is refused in the words of %s', (path, face) => {
  const { body } = wordsFor(path)(new Fault('not_found', 'No'), occasion)

  expect(errorShapes[face as FaceName].safeParse(body).success).toBe(true)
})

test('seed 003: a problem is told in the seed’s words', () => {
  const fault = new Fault('validation_failed', 'Two problems', { issues })
  const { body } = wordsFor('/api/v1/flows')(fault, occasion)

  expect(body).toEqual({
    error: {
      code: 'validation_error',
      message: 'The request failed validation',
      details: {
        field: 'a.b',
        reason: 'Too big',
        errors: [
          { field: 'a.b', reason: 'Too big', code: 'too_big', step_id: 's', line: 1, column: 2 },
          { field: 'c', reason: 'Wrong', code: 'custom' },
        ],
      },
    },
  })
})

describe('M17 headless prints every code with the one member of seed 002', () => {
  const path = '/cgw/process/v1/orgs/acme/flows/flow-1/execute'
  const statuses: Partial<Record<string, number>> = { validation_failed: 400, run_failed: 500 }

  test.each(faultCodes)('%s', (code) => {
    const fault = new Fault(code, 'It is refused', {
      reason: 'why',
      issues,
      appRunId: 'r',
      runStatus: 'failed',
    })
    const { status, body, headers } = wordsFor(path)(fault, { ...occasion, path })

    expect(body).toEqual({ error: 'Failed to execute flow flow-1' })
    expect(status).toBe(statuses[code] ?? fault.status)
    expect(headers?.['error-code']).toBe(publicCode(code))
  })

  test('J5 internal_error tells nothing, and no header has more than one line', () => {
    const words = wordsFor(path)
    const bug = words(new Fault('internal_error', 'arn:aws:table'), { ...occasion, path })
    const lines = words(new Fault('conflict', `a\r\nb: c ü ${'x'.repeat(900)}`), { ...occasion, path })

    expect(JSON.stringify(bug)).not.toContain('arn:')
    expect(lines.headers?.['error-detail']).toMatch(/^a\?\?b: c \? x{490}$/)
  })
})
