import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { field, form, journey } from './flows.ts'
import { type Journeys, openJourneys, path } from './open-journeys.ts'

let faces: Journeys
beforeAll(async () => {
  faces = await openJourneys()
})
afterAll(() => faces.close())

const end = { type: 'final', params: { output: '{{last}}' } }
/** One step, and its output told. */
const asking = (type: string, params: JsonObject, next: JsonObject = { default: 'end' }) =>
  journey({ ask: { type, params: params as never, next: next as never }, end })

describe('REDIRECTION', () => {
  const redirect = {
    url: 'https://idp.example/authorize?client_id=app&flow={flowId}&state=old',
    requiredParams: ['code', 'state'],
    actionId: 'federation-complete',
  }
  const sad = { type: 'final', params: { outputs: { sorry: '{{lastError.error}}' } } }
  beforeAll(() =>
    faces.answers(
      journey({
        ask: { type: 'redirect', params: redirect, next: { default: 'end', error: 'sad' } },
        end,
        sad,
      }),
    ),
  )

  test('shows an address with the flowId and a state of this step alone', async () => {
    const [one, two] = [await faces.begin(), await faces.begin()]
    const { flowId, type, data } = one.body
    const { state } = data.additionalData
    const url = new URL(data.url)

    expect(type).toBe('REDIRECTION')
    expect(data.redirectURL).toBe(data.url)
    expect(data.requiredParams).toEqual(['code', 'state'])
    expect(data.additionalData).toEqual({ state, actionId: 'federation-complete' })
    expect([url.searchParams.get('flow'), url.searchParams.getAll('state')]).toEqual([flowId, [state]])
    expect(two.body.data.additionalData.state).not.toBe(state)
  })

  test.each<[string, JsonObject]>([
    ['as the seed does', { actionId: 'federation-complete' }],
    ['as the SDK does', { actionId: '' }],
    ['by the step', { actionId: 'ask' }],
  ])('takes what comes back, %s', async (_name, { actionId }) => {
    const { body } = await faces.begin()
    const { state } = body.data.additionalData
    const inputs = { code: '4/0AfJohX...', state, session_state: 'x' }
    const done = await faces.answer(body.flowId, String(actionId), inputs)

    expect(done.body).toMatchObject({ flowStatus: 'COMPLETE', data: inputs })
  })

  test.each<[string, JsonObject]>([
    ['a missing code', { state: 'own' }],
    ['another state', { code: 'a', state: 'other' }],
    ['no state', { code: 'a' }],
  ])('refuses %s, and stays', async (_name, given) => {
    const { body } = await faces.begin()
    const { state } = body.data.additionalData
    const inputs = { ...given, ...(given.state === 'own' ? { state } : {}) }
    const refused = await faces.answer(body.flowId, '', inputs)

    expect([refused.status, refused.body.code]).toEqual([400, 'FE-60008'])
    expect(refused.body.messages.length).toBeGreaterThan(0)
    expect((await faces.post({ flowId: body.flowId })).body).toEqual(body)
  })

  test('the error of the other site is the step’s error', async () => {
    const { body } = await faces.begin()
    const { state } = body.data.additionalData
    const done = await faces.answer(body.flowId, '', { error: 'access_denied', state })

    expect(done.body.data).toEqual({ sorry: 'Redirect.access_denied' })
  })
})

describe('INTERNAL_PROMPT', () => {
  const params = { requiredParams: ['origin', 'deviceId'], actionId: 'send-notification' }

  test('is shown and answered as the seed prints it', async () => {
    await faces.answers(asking('prompt', params))
    const { body } = await faces.begin()
    const inputs = { origin: 'mobile-app', deviceId: '3e83f937-4ad0-4a67-a920-7e5af338c9ed' }
    const some = await faces.answer(body.flowId, 'send-notification', { origin: 'x', other: 1 })
    const wrong = await faces.answer(body.flowId, 'send', inputs)

    expect([body.type, body.data]).toEqual([
      'INTERNAL_PROMPT',
      { requiredParams: ['origin', 'deviceId'], additionalData: { actionId: 'send-notification' } },
    ])
    expect(some.body.data.messages.map((one: JsonObject) => [one.identifier, one.i18nKey])).toEqual([
      ['deviceId', 'input_required'],
      ['other', 'input_unexpected'],
    ])
    expect([wrong.status, wrong.body.actions]).toEqual([400, ['send-notification']])
    const done = await faces.answer(body.flowId, 'send-notification', inputs)
    expect(done.body.data).toEqual(inputs)
  })

  test('asks for the result of a client’s tool', async () => {
    await faces.answers(asking('client-tool', { toolName: 'lookup', parameters: { id: 7 } }))
    const { body, headers } = await faces.begin()
    const executionId = headers['sluice-step']
    const bad = await faces.answer(body.flowId, undefined, { toolResult: 'nonsense' })
    const half = await faces.answer(body.flowId, undefined, { toolResult: { output: 1 } })

    expect(body.data).toEqual({
      requiredParams: ['toolResult'],
      additionalData: { toolName: 'lookup', executionId, args: '{"id":7}' },
    })
    for (const { body: again } of [bad, half])
      expect(again.data.messages[0]).toMatchObject({
        i18nKey: 'tool_result_invalid',
        identifier: 'toolResult',
      })
    const toolResult = JSON.stringify({ success: true, output: { name: 'Ada' }, executionId })
    const done = await faces.answer(body.flowId, undefined, { toolResult })
    expect(done.body.data).toEqual({ name: 'Ada' })
  })
})

describe('an approval', () => {
  test('is a text and two buttons', async () => {
    await faces.answers(asking('approval', { message: 'Sure?', onTimeout: 'fail' }))
    const { body } = await faces.begin()
    const done = await faces.answer(body.flowId, 'approve', {})

    expect(body.data).toEqual({
      components: [
        { id: 'message', type: 'TYPOGRAPHY', variant: 'BODY1', config: { text: 'Sure?' } },
        {
          ...{ id: 'approve', type: 'BUTTON', actionId: 'approve', variant: 'PRIMARY' },
          config: { type: 'button', text: 'Approve' },
        },
        {
          ...{ id: 'reject', type: 'BUTTON', actionId: 'reject', variant: 'SECONDARY' },
          config: { type: 'button', text: 'Reject' },
        },
      ],
      requiredParams: [],
    })
    expect(done.body.data).toMatchObject({ decision: 'approve' })
  })

  test('with a form asks for its fields, and reads what is typed as they want it', async () => {
    const fields = [
      { name: 'amount', type: 'integer', required: true },
      { name: 'urgent', type: 'boolean' },
      { name: 'level', type: 'select', options: [1, { label: 'Two', value: 2 }] },
      { name: 'tags', type: 'multiselect', options: ['a', 'b'] },
    ]
    await faces.answers(
      asking('approval', { message: 'How much?', form: fields as never, onTimeout: 'fail' }),
    )
    const { body } = await faces.begin()
    const bad = await faces.answer(body.flowId, 'approve', { amount: 'many', other: 'x' })
    const inputs = { amount: '7', urgent: 'true', level: '2', tags: '["a"]' }
    const done = await faces.answer(body.flowId, 'approve', inputs)

    const inside = body.data.components[1].components
    expect(inside.map((one: JsonObject) => one.variant)).toEqual([
      ...['NUMBER', 'CHECKBOX', 'DROPDOWN', 'TEXT', 'PRIMARY'],
    ])
    expect(body.data.requiredParams).toEqual(['amount'])
    expect(bad.body.data.messages.map((one: JsonObject) => [one.identifier, one.i18nKey])).toEqual([
      ['amount', 'input_type'],
      ['other', 'input_unexpected'],
    ])
    expect(done.body.data.form).toEqual({ amount: 7, urgent: true, level: 2, tags: ['a'] })
  })

  test('that somebody else must decide is waited for, and cannot be decided with the flowId', async () => {
    const flow = await faces.answers(
      asking('approval', { message: 'Sure?', approvers: ['admin@acme.example'], onTimeout: 'fail' }),
    )
    const { body, headers } = await faces.post(
      { flowType: 'REGISTRATION' },
      { headers: { prefer: 'wait=1' } },
    )
    const own = await faces.post(
      { flowId: body.flowId, actionId: 'approve', inputs: {} },
      { headers: { prefer: 'wait=0' } },
    )

    expect([body.type, body.data.messages[0].i18nKey]).toEqual(['VIEW', 'waiting_elsewhere'])
    expect(headers['retry-after']).toBeDefined()
    expect(own.body).toEqual(body)
    const as = faces.acme.token.admin
    const { body: waits } = await faces.send('GET', `/v1/waits?flowId=${flow}`, { as })
    const [{ id }] = waits.data
    await faces.send('POST', `/v1/waits/${id}/answer`, { as, body: { decision: 'approve' } })
    const done = await faces.post({ flowId: body.flowId, actionId: 'continue' })
    expect(done.body.data).toMatchObject({
      decision: 'approve',
      decidedBy: `user:${faces.acme.account.admin.id}`,
    })
  })
})

describe('a run that works', () => {
  test('is told as a step that any client draws, and followed by the next', async () => {
    await faces.answers(
      journey({
        rest: { type: 'delay', params: { seconds: 1 }, next: { default: 'ask' } },
        ask: { type: 'prompt', params: { requiredParams: ['a'] }, next: { default: 'end' } },
        end,
      }),
    )
    const first = await faces.post({ flowType: 'REGISTRATION' }, { headers: { prefer: 'wait=0' } })
    const next = await faces.post({ flowId: first.body.flowId, actionId: 'continue' })

    expect(first.body.data).toEqual({
      components: [
        { id: 'progress', type: 'TYPOGRAPHY', variant: 'BODY1', config: { text: 'Still working' } },
        {
          ...{ id: 'continue', type: 'BUTTON', actionId: 'continue', variant: 'PRIMARY' },
          config: { type: 'button', text: 'Check again' },
        },
      ],
      requiredParams: [],
      messages: [{ type: 'INFO', message: 'Still working', i18nKey: 'still_running' }],
    })
    expect(next.body.type).toBe('INTERNAL_PROMPT')
  })

  test('that fails meanwhile tells it once', async () => {
    await faces.answers(
      journey({
        rest: { type: 'delay', params: { seconds: 1 }, next: { default: 'no' } },
        no: { type: 'fail', params: { code: 'TOO-YOUNG', message: 'You must be 18' } },
      }),
    )
    const first = await faces.post({ flowType: 'REGISTRATION' }, { headers: { prefer: 'wait=0' } })
    const told = await faces.post({ flowId: first.body.flowId })
    const again = await faces.post({ flowId: first.body.flowId })

    expect([told.status, told.body.code, told.body.message]).toEqual([400, 'TOO-YOUNG', 'You must be 18'])
    expect(again.body.code).toBe('FE-60001')
  })
})

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

describe('what renderers cannot do without', () => {
  const components = [
    { id: 'hello', type: 'TYPOGRAPHY', variant: 'H1', config: { text: 'Hello {{inputs.name}}' } },
    form([{ ...field('mail', 'EMAIL'), id: 'mail_field' }, field('age', 'NUMBER', { required: false })]),
    { id: 'again', type: 'RESEND' },
    { id: 'skip', type: 'BUTTON', actionId: 'skip', config: { text: 'Skip' } },
    { id: 'bare', type: 'BUTTON', actionId: 'bare' },
  ]
  const flow = (more: JsonObject) =>
    journey(
      { ask: { type: 'view', params: { components: components as never }, next: { default: 'end' } }, end },
      'REGISTRATION',
      {
        inputs: [{ name: 'name', type: 'text', default: 'you' }],
        ...more,
      },
    )

  test('is added, and what the author says stands', async () => {
    await faces.answers(flow({}))
    const { body } = await faces.post({ flowType: 'REGISTRATION', inputs: { name: 'Ada', other: 1 } })
    const [hello, drawn, again, skip, bare] = body.data.components

    expect(hello.config.text).toBe('Hello Ada')
    expect(drawn.components[0].config.name).toBe('mail')
    expect(drawn.components[1].config.name).toBeUndefined()
    expect(again).toEqual({ id: 'again', type: 'RESEND', actionId: 'again', config: { type: 'button' } })
    expect([skip.config, bare.config]).toEqual([{ text: 'Skip', type: 'button' }, { type: 'button' }])
  })

  test('an action outside the form needs none of its values', async () => {
    await faces.answers(flow({}))
    const { body } = await faces.begin()
    const done = await faces.answer(body.flowId, 'skip', {})

    expect(done.body.data).toEqual({ actionId: 'skip' })
  })

  test('errors are drawn as texts for clients that draw nothing else, if the author says so', async () => {
    await faces.answers(flow({ showMessages: true }))
    const { body } = await faces.begin()
    const { body: again } = await faces.answer(body.flowId, 'submit', { mail: 'x' })

    expect(again.data.components[0]).toEqual({
      ...{ id: 'message_1', type: 'TYPOGRAPHY', variant: 'BODY1' },
      config: { text: 'Enter a valid e-mail address' },
    })
    expect(again.data.components.slice(1)).toEqual(body.data.components)
  })
})

test('inputs that a flow declares are asked for at the start', async () => {
  await faces.answers(
    journey({ end: { type: 'final', params: { output: '{{inputs}}' } } }, 'REGISTRATION', {
      inputs: [{ name: 'campaign', type: 'text', required: true }],
    }),
  )
  const refused = await faces.begin()
  const { body } = await faces.post({
    ...{ flowType: 'REGISTRATION', applicationId: 'app-1' },
    inputs: { campaign: 'spring', password: 'canary' },
  })

  expect([refused.status, refused.body.code]).toEqual([400, 'FE-60008'])
  expect(refused.body.messages[0]).toMatchObject({ identifier: 'campaign', i18nKey: 'input_required' })
  expect(body.data).toEqual({ campaign: 'spring' })
})

test('many starts from one address are too many, and told in the face’s words', async () => {
  const limited = await openJourneys({ env: { SLUICE_ADDRESS_RATE: '3' } })
  const answers = []
  for (let at = 0; at < 4; at++) answers.push(await limited.send('POST', path, { body: {} }))
  await limited.close()

  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 429])
  expect(answers[3]!.body.code).toBe('SL-42900')
  expect(Number(answers[3]!.headers['retry-after'])).toBeGreaterThan(0)
})
