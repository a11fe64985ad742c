import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { asking, end, journey } from './flows.ts'
import { type Journeys, openJourneys } from './open-journeys.ts'

let faces: Journeys
beforeAll(async () => {
  faces = await openJourneys()
})
afterAll(() => faces.close())

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

  // What an address does not have was once taken for an error, or refused as no text.
  test.each([{ error: null, session_state: null }, { error: '' }, { error: ' ' }])(
    'takes %j for parameters that did not come back',
    async (absent) => {
      const { body } = await faces.begin()
      const given = { code: 'c', state: body.data.additionalData.state }
      const done = await faces.answer(body.flowId, '', { ...given, ...absent })

      expect(done.body).toMatchObject({ flowStatus: 'COMPLETE', data: given })
      expect(Object.keys(done.body.data)).toEqual(['code', 'state'])
    },
  )

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
    const bad = await faces.answer(body.flowId, 'approve', { amount: '0x10', other: 'x' })
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

// It was once told at once that it waits for others, as often as somebody looked.
test('a look at an approval of others lasts until there is something to tell', async () => {
  const params = { message: 'Sure?', approvers: ['admin@acme.example'], onTimeout: 'fail' }
  const flow = await faces.answers(asking('approval', params))
  const { body } = await faces.begin()
  const looking = faces.post({ flowId: body.flowId })
  const as = faces.acme.token.admin
  const { body: waits } = await faces.send('GET', `/v1/waits?flowId=${flow}`, { as })
  await faces.send('POST', `/v1/waits/${waits.data[0].id}/answer`, { as, body: { decision: 'approve' } })

  expect(body.data.messages[0].i18nKey).toBe('waiting_elsewhere')
  expect((await looking).body).toMatchObject({ flowStatus: 'COMPLETE', data: { decision: 'approve' } })
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

  // Of two pages that showed it, or two presses, the second was once told that there is no such action.
  test('is looked at again as often as somebody presses the button', async () => {
    await faces.answers(asking('prompt', { requiredParams: ['a'] }))
    const { body } = await faces.post({ flowType: 'REGISTRATION' }, { headers: { prefer: 'wait=0' } })
    const press = (inputs: JsonObject) => faces.answer(body.flowId, 'continue', inputs)
    const [first, second] = [await press({}), await press({})]
    const other = await press({ a: 'x' })

    expect(body.data.components[0].id).toBe('progress')
    expect(first.body.type).toBe('INTERNAL_PROMPT')
    expect([second.status, second.body]).toEqual([200, first.body])
    expect([other.status, other.body.code]).toEqual([400, 'FE-60009'])
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
