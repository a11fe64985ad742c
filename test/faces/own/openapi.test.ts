import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../../shared/faces/index.ts'
import { lintOpenApi } from '../../http/lint-openapi.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

interface Operation {
  operationId: string
  tags: string[]
  security: Record<string, string[]>[]
  responses: Record<string, unknown>
}

async function read(query = '') {
  const { status, body } = await faces.send('GET', `/openapi.json${query}`)
  expect(status).toBe(200)
  const paths = body.paths as Record<string, Record<string, Operation>>
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ name: `${method.toUpperCase()} ${path}`, ...one })),
  )
  return { body, operations }
}

describe('the document of the whole product', () => {
  test('satisfies an independent linter, as a whole and face by face', async () => {
    const parts = ['', ...new Set(routes.map(({ face }) => `?face=${face}`))]

    for (const part of parts) expect(await lintOpenApi((await read(part)).body), part).toBe('')
  }, 120_000)

  test('the linter finds what is wrong', async () => {
    const { body } = await read('?face=headless')
    body.components.schemas = {}

    expect(await lintOpenApi(body)).toContain("Can't resolve $ref")
  })

  test('has every route once, under an id of its own', async () => {
    const { operations } = await read()

    expect(operations.map(({ name }) => name).sort()).toEqual(
      routes.map(({ method, path }) => `${method} ${path}`).sort(),
    )
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(routes.length)
    expect(operations.find(({ name }) => name === 'POST /v1/flow/{id}/publish')?.operationId).toBe(
      'postFlowByIdPublish',
    )
  })

  test('says who may call what', async () => {
    const { operations } = await read()
    const securityOf = (name: string) => operations.find((one) => one.name === name)?.security

    expect(securityOf('GET /health')).toEqual([])
    expect(securityOf('POST /v1/api-keys')).toEqual([{ session: [] }])
    expect(securityOf('POST /v1/flow')).toEqual([{ bearer: ['flows:write'] }])
    expect(securityOf('POST /v1/flowrun/resume/{id}')).toEqual([
      { bearer: ['runs:resume'] },
      { resumeToken: [] },
    ])
  })

  test('tells refusals in the statuses and words of each face', async () => {
    const { body, operations } = await read()
    const refusal = (name: string, status: string) =>
      operations.find((one) => one.name === name)?.responses[status]

    expect(refusal('POST /v1/flowrun/resume/{id}', '410')).toEqual({
      $ref: '#/components/responses/Error.410.wait_expired',
    })
    expect(refusal('GET /v1/waits/{id}', '404')).toEqual({
      $ref: '#/components/responses/Problem.404.not_found',
    })
    expect(body.components.responses['Problem.404.not_found'].content).toHaveProperty([
      'application/problem+json',
    ])
    // Seed 002 says 400 of what does not fit.
    const headless = 'POST /cgw/process/v1/orgs/{orgId}/flows/{flowId}/execute'
    expect([refusal(headless, '400'), refusal(headless, '422')]).toEqual([
      { $ref: '#/components/responses/HeadlessError.400.invalid_request.validation_failed' },
      { $ref: '#/components/responses/HeadlessError.422.idempotency_key_reused' },
    ])
    expect(refusal('GET /v1/flow', '415')).toBeUndefined()
  })

  test('one face alone has its paths and what they need', async () => {
    const { body, operations } = await read('?face=executions')

    expect(operations.every(({ tags }) => tags[0] === 'executions')).toBe(true)
    expect(Object.keys(body.components.schemas)).toEqual(['ExecutionsError'])
    expect(Object.keys(body.components.securitySchemes)).toEqual(['bearer'])
    expect(body.servers).toEqual([{ url: faces.world.settings.baseUrl }])
  })

  test('a face that does not exist is refused', async () => {
    const { status, body } = await faces.send('GET', '/openapi.json?face=mobile')

    expect([status, body.code, body.errors[0].pointer]).toEqual([400, 'invalid_request', '?face'])
  })

  test('is kept by whoever has it', async () => {
    const first = await faces.send('GET', '/openapi.json', { headers: { origin: 'https://docs.example' } })
    const { etag } = first.headers
    const again = await faces.send('GET', '/openapi.json', { headers: { 'if-none-match': etag! } })
    const other = await faces.send('GET', '/openapi.json?face=own')

    expect(first.headers).toMatchObject({
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
    })
    expect([again.status, again.text]).toEqual([304, ''])
    expect(other.headers.etag).not.toBe(etag)
  })
})
