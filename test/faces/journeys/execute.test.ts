import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import type { Sent } from '../../http/caller.ts'
import { field, form, journey, registration } from './flows.ts'
import { type Journeys, openJourneys, path } from './open-journeys.ts'

let faces: Journeys
beforeAll(async () => {
  faces = await openJourneys()
})
afterAll(() => faces.close())

const post: Journeys['post'] = (...given) => faces.post(...given)
const answers: Journeys['answers'] = (...given) => faces.answers(...given)

const good = { email: 'sasha@example.com', password: 'MyP@ssw0rd!' }

describe('the registration of seed 000', () => {
  beforeAll(() => answers(registration))

  test('starts with the VIEW that the seed prints', async () => {
    const { status, body, headers } = await post({ flowType: 'REGISTRATION' })
    const { flowId, ...rest } = body

    expect(status).toBe(200)
    expect(flowId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(rest).toEqual({
      flowType: 'REGISTRATION',
      flowStatus: 'INCOMPLETE',
      type: 'VIEW',
      data: {
        components: [
          {
            ...{ id: 'form_1', type: 'FORM' },
            components: [
              {
                ...{ id: 'email', type: 'INPUT', variant: 'EMAIL' },
                config: { identifier: 'email', label: 'Email', required: true },
              },
              {
                ...{ id: 'password', type: 'INPUT', variant: 'PASSWORD' },
                config: { identifier: 'password', label: 'Password', required: true },
              },
              {
                ...{ id: 'submit', type: 'BUTTON', actionId: 'submit-registration', variant: 'PRIMARY' },
                config: { text: 'Continue' },
              },
            ],
          },
        ],
        requiredParams: ['email', 'password'],
      },
    })
    expect(headers['sluice-step']).toMatch(/^[0-9a-f-]{36}$/)
    expect(Date.parse(headers['sluice-step-expires']!) - faces.world.clock.now()).toBeLessThanOrEqual(900_000)
    expect(headers['sluice-run-id']).toBeUndefined()
  })

  test.each<[string, JsonObject]>([
    ['by actionId and params, as the seed says', { actionId: 'submit-registration', params: good }],
    ['by the id of the button and inputs', { flowType: 'REGISTRATION', actionId: 'submit', inputs: good }],
    ['by action', { action: 'submit-registration', inputs: good }],
    ['without an action: there is only one', { actionId: '', inputs: good }],
    ['with inputs over params', { actionId: 'submit', params: { ...good, email: 'no' }, inputs: good }],
  ])('is completed %s', async (_name, answer) => {
    const { body: first } = await post({ flowType: 'REGISTRATION' })
    const { status, body } = await post({ flowId: first.flowId, ...answer })

    expect([status, body]).toEqual([
      200,
      {
        ...{ flowId: first.flowId, flowStatus: 'COMPLETE', flowType: 'REGISTRATION', type: 'VIEW' },
        data: { userId: '00d9b675-9da3-4fa6-9ef4-1a61ac6e9788', email: good.email },
      },
    ])
  })

  test('is completed in one call, with the answer of the first step', async () => {
    const { body } = await post({ flowType: 'REGISTRATION', actionId: 'submit', inputs: good })
    expect(body).toMatchObject({ flowStatus: 'COMPLETE', data: { email: good.email } })
  })

  test('once complete, the flowId opens nothing any more', async () => {
    const { body: first } = await post({ flowType: 'REGISTRATION' })
    const answer = { flowId: first.flowId, actionId: 'submit', inputs: good }
    await post(answer)

    for (const body of [{ flowId: first.flowId }, answer, { flowId: first.flowId, actionId: 'x' }]) {
      const refused = await post(body)
      expect([refused.status, refused.body.code]).toEqual([400, 'FE-60001'])
      expect(refused.text).not.toContain(first.flowId)
    }
  })

  test('is shown again as often as somebody looks', async () => {
    const { body: first } = await post({ flowType: 'REGISTRATION' })
    const looks = [
      { flowId: first.flowId },
      { flowId: first.flowId, flowType: 'X', actionId: ' ', verbose: true },
    ]

    for (const look of looks) expect((await post(look)).body).toEqual(first)
  })

  test('starts twice with two ids, side by side', async () => {
    const [one, two] = await Promise.all([
      post({ flowType: 'REGISTRATION' }),
      post({ flowType: 'REGISTRATION' }),
    ])
    expect(one.body.flowId).not.toBe(two.body.flowId)
    const done = await post({ flowId: two.body.flowId, actionId: 'submit', inputs: good })
    expect(done.body.flowStatus).toBe('COMPLETE')
    expect((await post({ flowId: one.body.flowId })).body).toEqual(one.body)
  })

  test('asks again for what is wrong, on the same flowId, and echoes nothing', async () => {
    const { body: first } = await post({ flowType: 'REGISTRATION' })
    const inputs = { email: 'canary-mail', password: ' ', other: 'canary-other', size: 3 }
    const { status, body, text } = await post({ flowId: first.flowId, actionId: 'submit', inputs })

    expect([status, body.flowStatus, body.data.components]).toEqual([
      200,
      'INCOMPLETE',
      first.data.components,
    ])
    expect(body.data.messages).toEqual([
      {
        ...{ type: 'ERROR', message: 'Enter a valid e-mail address', i18nKey: 'email_invalid' },
        ...{ identifier: 'email', context: {} },
      },
      {
        ...{ type: 'ERROR', message: 'This is required', i18nKey: 'input_required' },
        ...{ identifier: 'password', context: {} },
      },
      expect.objectContaining({ i18nKey: 'input_unexpected', identifier: 'other' }),
      expect.objectContaining({ i18nKey: 'input_unexpected', identifier: 'size' }),
    ])
    expect(body.data.additionalData).toEqual({ error: 'Enter a valid e-mail address' })
    expect(text).not.toContain('canary')
    const next = await post({ flowId: first.flowId, actionId: 'submit', inputs: good })
    expect(next.body.flowStatus).toBe('COMPLETE')
  })

  // It was once sent back whole, as long as a body may be.
  test('says of a value that nobody asks for how its name begins', async () => {
    const { body } = await faces.begin()
    const inputs = { email: 'ann@example.com', password: 'p', ['n'.repeat(5000)]: 'x' }
    const again = await faces.answer(body.flowId, 'submit', inputs)

    expect(again.body.data.messages).toMatchObject([
      { i18nKey: 'input_unexpected', identifier: 'n'.repeat(200) },
    ])
  })

  test('refuses an action that the step does not have, and names those it has', async () => {
    const { body: first } = await post({ flowType: 'REGISTRATION' })
    const { status, body } = await post({ flowId: first.flowId, actionId: 'nope', inputs: good })

    expect([status, body.code, body.message]).toEqual([400, 'FE-60009', 'Invalid action id.'])
    expect(body).toMatchObject({
      flowType: 'REGISTRATION',
      actions: ['submit-registration'],
      messages: [{ i18nKey: 'action_unknown' }],
      current: { flowId: first.flowId, flowStatus: 'INCOMPLETE', type: 'VIEW', data: first.data },
    })
    expect(body.description).toContain('submit-registration')
  })

  test('sent twice at once, moves once and answers both alike', async () => {
    const { body: first } = await post({ flowType: 'REGISTRATION' })
    const answer = { flowId: first.flowId, actionId: 'submit', inputs: good }
    const both = await Promise.all([post(answer), post(answer)])

    expect(both.map(({ status }) => status)).toEqual([200, 200])
    expect(both[0]!.body).toEqual(both[1]!.body)
    expect(both.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(1)
  })

  test('of two different answers at once, one wins', async () => {
    const { body: first } = await post({ flowType: 'REGISTRATION' })
    const answer = (email: string) =>
      post({ flowId: first.flowId, actionId: 'submit', inputs: { ...good, email } })
    const both = await Promise.all([answer('one@example.com'), answer('two@example.com')])

    expect(both.map(({ status }) => status).sort()).toEqual([200, 400])
  })

  test('the same key gives the reply again, also of the end', async () => {
    const { body: first } = await post({ flowType: 'REGISTRATION' })
    const answer = { flowId: first.flowId, actionId: 'submit', inputs: good }
    const headers = { 'idempotency-key': 'once' }
    const done = await post(answer, { headers })
    const again = await post(answer, { headers })

    expect(done.body.flowStatus).toBe('COMPLETE')
    expect([again.status, again.body, again.headers['idempotency-replayed']]).toEqual([
      200,
      done.body,
      'true',
    ])
  })

  test('leaves no flowId and no password in any record or log', async () => {
    const flowIds: string[] = []
    for (const password of ['canary-password-1', 'canary-password-2']) {
      const { body } = await post({ flowType: 'REGISTRATION' })
      await post({ flowId: body.flowId, actionId: 'submit', inputs: { ...good, password } })
      flowIds.push(body.flowId)
    }
    const stored = JSON.stringify(await allItems(faces.world)) + JSON.stringify(faces.log.lines)

    for (const flowId of flowIds) expect(stored).not.toContain(flowId)
    expect(stored).not.toContain('canary-password')
  })
})

describe('a request that is none', () => {
  test.each<[string, unknown, string]>([
    ['no JSON', '{nope', 'FE-60007'],
    ['a list', [], 'FE-60007'],
    ['a number beyond what can be held', '{"inputs":{"a":9007199254740993}}', 'FE-60007'],
    ['a flowId that is no text', { flowId: 7 }, 'FE-60007'],
    ['inputs that are no object', { flowType: 'REGISTRATION', inputs: 'a' }, 'FE-60007'],
    ['nothing said', {}, 'FE-60103'],
    ['a blank flowId', { flowId: ' ' }, 'FE-60103'],
    ['a flowType that is no text', { flowType: 7 }, 'FE-60103'],
    ['a flowType that nobody has bound', { flowType: 'SIGN_UP' }, 'FE-60103'],
    ['one of the seed’s that nothing answers', { flowType: 'PASSWORD_RECOVERY' }, 'FE-60104'],
    ['an unknown flowId', { flowId: '5f31ce20-872d-4334-8f9f-3572710dbc57' }, 'FE-60001'],
    ['an unknown flowId with an action', { flowId: 'x', actionId: 'a', inputs: {} }, 'FE-60001'],
  ])('%s', async (_name, body, code) => {
    const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
    const answer = await post(body, { headers })

    expect([answer.status, answer.body.code]).toEqual([400, code])
    expect(answer.body.messages[0]).toMatchObject({ type: 'ERROR', message: expect.any(String) })
  })

  test('an empty body', async () => {
    const { status, body } = await faces.send('POST', path)
    expect([status, body.code]).toEqual([400, 'FE-60007'])
  })

  test.each<[number, string, Sent]>([
    [405, 'GET', {}],
    [405, 'PUT', { body: {} }],
    [415, 'POST', { body: 'flowType=X', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    [413, 'POST', { body: { flowType: 'a'.repeat(1_100_000) } }],
  ])('%s for %s', async (status, method, sent) => {
    const answer = await faces.send(method, path, sent)
    expect([answer.status, answer.body.code]).toEqual([status, 'FE-60007'])
  })

  test('is answered to any page, errors too', async () => {
    const headers = { origin: 'https://app.example' }
    const flight = await faces.send('OPTIONS', path, {
      headers: { ...headers, 'access-control-request-method': 'POST' },
    })
    const refused = await post({ flowId: 'x' }, { headers })

    expect([flight.status, flight.headers['access-control-allow-origin']]).toEqual([204, '*'])
    expect(refused.headers['access-control-allow-origin']).toBe('*')
    expect(refused.headers['access-control-expose-headers']).toContain('Sluice-Step')
  })

  test('a flowId in the query or a header opens nothing', async () => {
    const { body } = await post({ flowType: 'REGISTRATION' })
    const { status } = await faces.send('POST', `${path}?flowId=${body.flowId}`, {
      body: { actionId: 'submit' },
      headers: { 'x-flow-id': body.flowId },
    })
    expect(status).toBe(400)
  })
})

describe('which organisation', () => {
  const start = (org: string) =>
    faces.send('POST', `/t/${org}${path}`, { body: { flowType: 'REGISTRATION' } })

  test('is named in the path, by id or slug; the first that was made without', async () => {
    expect((await start(faces.acme.orgId)).status).toBe(200)
    expect((await start('acme')).status).toBe(200)
    expect((await start('other')).body.code).toBe('FE-60104')
    expect((await start('nobody')).body.code).toBe('FE-60104')
    expect((await start('00000000-0000-4000-8000-000000000009')).body.code).toBe('FE-60104')
  })

  test('a flowId is known in its own organisation alone', async () => {
    const { body } = await start('acme')
    const look = (org: string) => faces.send('POST', `/t/${org}${path}`, { body: { flowId: body.flowId } })

    expect((await look('other')).body.code).toBe('FE-60001')
    expect((await look('nobody')).body.code).toBe('FE-60001')
    expect((await look('acme')).status).toBe(200)
  })
})

describe('steps one after another', () => {
  beforeEach(async () => {
    const ask = (name: string) => ({
      type: 'view',
      params: { components: [form([field(name, 'TEXT')], `send-${name}`)] },
    })
    await answers(
      journey({
        one: { ...ask('first'), next: { default: 'two' } },
        two: { ...ask('second'), next: { default: 'end' } },
        end: { type: 'final', params: { outputs: { both: '{{one.first & two.second}}' } } },
      }),
    )
  })

  test('an earlier step that is sent again is told so, and nothing goes back', async () => {
    const { body: first } = await post({ flowType: 'REGISTRATION' })
    const one = { flowId: first.flowId, actionId: 'send-first', inputs: { first: 'a' } }
    const { body: second, headers } = await post(one)
    const stale = await post({ ...one, inputs: { first: 'b' } })
    const named = await post(one, { headers: { 'sluice-step': headers['sluice-step']! } })

    expect(second.data.requiredParams).toEqual(['second'])
    expect([stale.status, stale.body.code, stale.body.messages[0].i18nKey]).toEqual([
      400,
      'FE-60009',
      'stale_action',
    ])
    expect(stale.body.current).toMatchObject({ type: 'VIEW', data: second.data })
    expect(named.status).toBe(400)
    const done = await post({ flowId: first.flowId, actionId: 'submit', inputs: { second: 'c' } })
    expect(done.body.data).toEqual({ both: 'ac' })
  })

  test('the step that a request names is the one it means, and its answer comes again', async () => {
    const { body: first, headers } = await post({ flowType: 'REGISTRATION' })
    const one = { flowId: first.flowId, actionId: 'send-first', inputs: { first: 'a' } }
    const named = { headers: { 'sluice-step': headers['sluice-step']! } }
    const { body: second } = await post(one, named)
    const again = await post(one, named)
    const other = await post({ ...one, inputs: { first: 'b' } }, named)

    expect([again.status, again.body, again.headers['idempotency-replayed']]).toEqual([200, second, 'true'])
    expect([other.status, other.body.messages[0].i18nKey]).toEqual([400, 'stale_action'])
  })
})
