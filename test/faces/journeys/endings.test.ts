import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { asking, journey } from './flows.ts'
import { type Journeys, openJourneys } from './open-journeys.ts'

let faces: Journeys
beforeAll(async () => {
  faces = await openJourneys()
})
afterAll(() => faces.close())

describe('how a flow ends', () => {
  const failing = (code: string) =>
    journey({
      ask: { type: 'prompt', params: { requiredParams: ['a'] }, next: { default: 'no' } },
      no: { type: 'fail', params: { code, message: 'Not today' } },
    })

  test.each([
    ['SORRY', 'FE-SORRY'],
    ['ACME-17', 'ACME-17'],
  ])('at a fail step: %s is told as %s, and the flowId is dead', async (code, told) => {
    await faces.answers(failing(code))
    const { body } = await faces.begin()
    const answer = await faces.answer(body.flowId, '', { a: 1 })

    expect([answer.status, answer.body.code, answer.body.message]).toEqual([400, told, 'Not today'])
    expect((await faces.post({ flowId: body.flowId })).body.code).toBe('FE-60001')
  })

  test('in an error of a step: nothing of it is told', async () => {
    await faces.answers(
      journey({
        ask: { type: 'prompt', params: { requiredParams: ['a'] }, next: { default: 'call' } },
        call: { type: 'http.request', params: { url: 'https://canary.example/' } },
      }),
    )
    const { body } = await faces.begin()
    const answer = await faces.answer(body.flowId, '', { a: 1 })

    expect([answer.status, answer.body.code]).toEqual([500, 'FE-65013'])
    expect(answer.text).not.toContain('canary')
    expect((await faces.post({ flowId: body.flowId })).body.code).toBe('FE-60001')
  })

  test.each<[string, unknown, JsonObject]>([
    ['text', 'done', { result: 'done' }],
    ['nothing', null, {}],
    ['a list', [1], { result: [1] }],
    [
      'an assertion',
      { userAssertion: 'eyJ' },
      { userAssertion: 'eyJ', additionalData: { userAssertion: 'eyJ' } },
    ],
    // What the flow says there itself was once lost.
    [
      'an assertion and more',
      { userAssertion: 'eyJ', additionalData: { next: '/home' } },
      { userAssertion: 'eyJ', additionalData: { next: '/home', userAssertion: 'eyJ' } },
    ],
  ])('with %s', async (_name, output, data) => {
    await faces.answers(journey({ end: { type: 'final', params: { output: output as never } } }))
    const { body } = await faces.begin()

    expect(body).toMatchObject({ flowStatus: 'COMPLETE', type: 'VIEW', data })
  })

  test('with an address: followed if the organisation has registered it', async () => {
    const as = faces.acme.token.admin
    const { headers } = await faces.send('GET', '/v1/organisation', { as })
    await faces.send('PATCH', '/v1/organisation', {
      as,
      body: { returnUrls: ['https://app.example/welcome'] },
      headers: { 'if-match': headers.etag! },
    })
    const ending = async (redirectURL: string) => {
      await faces.answers(journey({ end: { type: 'final', params: { outputs: { redirectURL } } } }))
      return (await faces.begin()).body
    }

    expect(await ending('https://app.example/welcome')).toMatchObject({
      type: 'REDIRECTION',
      data: { redirectURL: 'https://app.example/welcome', url: 'https://app.example/welcome' },
    })
    const other = await ending('https://evil.example/')
    expect([other.type, other.data.url]).toEqual(['VIEW', undefined])
  })

  test('cancelled: the flowId opens nothing', async () => {
    const flow = await faces.answers(asking('prompt', { requiredParams: ['a'] }))
    const { body } = await faces.begin()
    const as = faces.acme.token.user
    const { body: runs } = await faces.send('GET', `/v1/flowrun/light/${flow}`, { as })
    await faces.send('POST', `/v1/flowrun/cancel/${runs.data[0]._id ?? runs.data[0].appRunId}`, { as })

    expect((await faces.post({ flowId: body.flowId })).body.code).toBe('FE-60001')
  })
})
