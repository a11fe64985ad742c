import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { lintOpenApi } from '../../http/lint-openapi.ts'
import { adding, asking } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
})
afterAll(() => faces.close())

const risk: JsonObject = {
  ...adding,
  metadata: { name: 'Überprüfe riskScore (v2)' },
  inputs: [
    { name: 'customerId', type: 'text', required: true, label: 'Customer' },
    { name: 'since', type: 'date', default: '2026-01-31' },
    { name: 'plan', type: 'select', required: true, options: ['free', { label: 'Paid', value: 'paid' }] },
    { name: 'pin', type: 'password', required: true, default: 'canary-default' },
  ],
  output: {
    type: 'object',
    properties: {
      summary: { $ref: '#/$defs/a summary' },
      score: { type: 'number' },
      $ref: { const: '#/$defs/x' },
    },
    required: ['summary', 'score'],
    $defs: { 'a summary': { minLength: 1, examples: [{ $ref: '#/$defs/x' }] } },
  },
}

const read = (flow: string, query = '', headers = {}) =>
  faces.send('GET', `/v1/flow/${flow}/openapi.json${query}`, { as, headers })

/** Whether a value fits a component. */
function fits(document: JsonObject, component: string, value: unknown): boolean {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'https://document.example/', ...document })
  return ajv.validate({ $ref: `https://document.example/#/components/schemas/${component}` }, value)
}

describe('the document of a flow', () => {
  test('has its own inputs and output, and satisfies an independent linter', async () => {
    const flow = await faces.flow(risk)
    const { status, body } = await read(flow)

    expect(status).toBe(200)
    expect(await lintOpenApi(body)).toBe('')
    expect(Object.keys(body.paths)).toEqual([
      `/v1/client/flow/${flow}/execute`,
      `/v1/flow/execute/${flow}`,
      '/v1/flow/share/execute/{token}',
    ])
    const operations = Object.values(body.paths).map(
      (path) => (path as { post: { operationId: string } }).post,
    )
    expect(operations.map(({ operationId }) => operationId)).toEqual([
      'run_uberprufe_risk_score_v2',
      'run_uberprufe_risk_score_v2_internal',
      'run_uberprufe_risk_score_v2_shared',
    ])
    expect(body.info).toMatchObject({ title: 'Überprüfe riskScore (v2)', version: '1' })
    expect(body.components.schemas.Inputs).toMatchObject({
      properties: {
        customerId: { type: 'string', title: 'Customer' },
        since: { default: '2026-01-31' },
        plan: { enum: ['free', 'paid'] },
        pin: { writeOnly: true },
      },
      required: ['customerId', 'plan'],
    })
  })

  test('its example runs the flow, and what comes of it fits', async () => {
    const flow = await faces.flow(risk)
    const { body } = await read(flow)
    const { example } =
      body.paths[`/v1/client/flow/${flow}/execute`].post.requestBody.content['application/json']

    const answer = await faces.execute(flow, example)

    expect(example).toEqual({ customerId: 'text', since: '2026-01-31', plan: 'free', pin: 'a password' })
    expect(answer.status).toBe(200)
    expect([fits(body, 'Inputs', example), fits(body, 'Output', answer.body)]).toEqual([true, true])
    expect([fits(body, 'Inputs', {}), fits(body, 'Output', { summary: '', score: 2 })]).toEqual([
      false,
      false,
    ])
  })

  test('moves references to where the definitions are, and nothing that only looks like one', async () => {
    const { body } = await read(await faces.flow(risk))
    const { Output, 'Output.1': summary } = body.components.schemas

    expect(Output.properties).toEqual({
      summary: { $ref: '#/components/schemas/Output.1' },
      score: { type: 'number' },
      $ref: { const: '#/$defs/x' },
    })
    expect(summary).toEqual({ title: 'a summary', minLength: 1, examples: [{ $ref: '#/$defs/x' }] })
  })

  test('says how a run that waits is answered', async () => {
    const flow = await faces.flow(asking)
    const { body } = await read(flow)

    const waiting = await faces.execute(flow)

    expect(await lintOpenApi(body)).toBe('')
    expect(waiting.body.status).toBe('waiting')
    expect([fits(body, 'Waiting', waiting.body), fits(body, 'Waiting', { status: 'waiting' })]).toEqual([
      true,
      false,
    ])
  })

  test('leaves out what no trigger allows', async () => {
    const flow = await faces.flow({ ...adding, triggers: [{ type: 'form' }] })

    expect(Object.keys((await read(flow)).body.paths)).toEqual([
      `/v1/flow/execute/${flow}`,
      '/v1/flow/share/execute/{token}',
    ])
  })

  test('of a version that is named by number calls that version, and never changes', async () => {
    const flow = await faces.flow(risk)
    const { headers, body } = await read(flow, '?version=1')
    const again = await read(flow, '?version=1', { 'if-none-match': headers.etag })
    const latest = await read(flow)

    expect(await lintOpenApi(body)).toBe('')
    const { parameters } = body.paths[`/v1/client/flow/${flow}/execute`].post
    expect(parameters).toContainEqual({
      name: 'version',
      in: 'query',
      required: true,
      schema: { enum: ['1'] },
    })
    expect(headers['cache-control']).toBe('private, max-age=31536000, immutable')
    expect(again.status).toBe(304)
    expect(latest.headers['cache-control']).toBe('no-store')
  })

  test('never shows the default of what is sealed', async () => {
    const { text } = await read(await faces.flow(risk))

    expect(text).not.toContain('canary-default')
  })

  test('of what is not there is refused', async () => {
    const made = await faces.send('POST', '/v1/flow', { as, body: { definition: adding } })

    const refused = await Promise.all([
      read(made.body._id),
      read(made.body._id, '?version=7'),
      read('00000000-0000-4000-8000-000000000000'),
      read(made.body._id, '?version=draft'),
    ])

    expect(refused.map(({ status, body }) => [status, body.code])).toEqual([
      [404, 'not_found'],
      [404, 'not_found'],
      [404, 'not_found'],
      [400, 'invalid_request'],
    ])
  })
})
