import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maxSteps } from '../../../shared/definitions/reading.ts'
import { stepTypes } from '../../../shared/steps/index.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

const read = (as = faces.acme.token.viewer, headers = {}) =>
  faces.send('GET', '/v1/flow/preferences', { as, headers })

describe('the catalogue', () => {
  test('shows every step type as its file describes it', async () => {
    const { status, body } = await read()

    expect(status).toBe(200)
    expect(body.steps.map(({ type }: { type: string }) => type)).toEqual(stepTypes.map(({ type }) => type))
    expect(body.steps.find(({ type }: { type: string }) => type === 'approval')).toMatchObject({
      aliases: ['user-approval'],
      kind: 'wait',
      summary: 'Waits for a person to approve or reject',
      params: { type: 'object', required: ['message'] },
      outcomes: ['approve', 'reject', 'timeout'],
      output: ['decision', 'decidedAt', 'decidedBy', 'message'],
      dynamicFields: ['approvers'],
    })
  })

  test('names what may start a flow, what fields are, what expressions read, what is enforced', async () => {
    const { body } = await read()

    expect(body.triggers.map(({ type }: { type: string }) => type)).toEqual([
      ...['api', 'form', 'schedule', 'webhook', 'journey'],
    ])
    expect(body.fieldTypes).toHaveLength(14)
    expect(body.expressions).toMatchObject({ language: 'JSONata 2.0.6', open: '{{', close: '}}' })
    expect(body.expressions.names).toEqual(expect.arrayContaining(['inputs', 'last', 'secrets', 'item']))
    expect(body.statuses).toContain('waiting')
    expect(body.limits).toMatchObject({ steps: maxSteps, definitionBytes: 262_144, inputsBytes: 196_608 })
    expect(body).toMatchObject({ features: { enhance: false, email: true }, models: [] })
    expect(body.prices).toMatchObject({ table: '2026-03' })
    expect(body.prices.items).toContainEqual(expect.objectContaining({ unit: 'transition', credits: 2.5 }))
  })

  test('is the same for every organisation, and told only once', async () => {
    const first = await read()
    const theirs = await read(faces.other.token.admin)
    const again = await read(undefined, { 'if-none-match': first.headers.etag })

    expect(first.headers.etag).toMatch(/^"[0-9a-f]{64}"$/)
    expect(theirs.text).toBe(first.text)
    expect([again.status, again.text]).toEqual([304, ''])
  })

  test('is a word that is no flow', async () => {
    const { status, headers } = await faces.send('DELETE', '/v1/flow/preferences', {
      as: faces.acme.token.admin,
    })

    expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })
})

describe.each(stepTypes)('the params of $type', ({ type, example }) => {
  test('are JSON Schema 2020-12 that takes the example and no unknown member', async () => {
    const { body } = await read()
    const { params } = body.steps.find((step: { type: string }) => step.type === type)
    const judge = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(params)

    expect(params.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect([judge(example), judge.errors]).toEqual([true, null])
    expect(judge({ ...(example as object), colour: 'red' })).toBe(false)
  })
})
