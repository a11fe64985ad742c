import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stateOf } from '../../../shared/core/known-to-step.ts'
import { keys } from '../../../shared/store/table.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import { type Faces, openFaces } from '../open-faces.ts'

const registered = 'https://app.example/back?from=idp'

function flowWith(type: string, params: JsonObject): JsonObject {
  return {
    metadata: { name: 'Away and back' },
    triggers: [{ type: 'api' }],
    nodes: {
      away: { type, params, next: { default: 'end', error: 'sorry' } },
      sorry: {
        type: 'final',
        params: { outputs: { error: '{{lastError.error}}', cause: '{{lastError.cause}}' } },
      },
      end: { type: 'final', params: { output: '{{away}}' } },
    },
  }
}

let faces: Faces
let as: string
let flow: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
  const { db, settings } = faces.world
  await db.send(
    new UpdateCommand({
      TableName: settings.table,
      Key: keys.organisation(faces.acme.orgId),
      UpdateExpression: 'SET returnUrls = :urls',
      ExpressionAttributeValues: { ':urls': [registered] },
    }),
  )
  flow = await faces.flow(
    flowWith('redirect', {
      url: 'https://idp.example/authorize?client_id=app&state=authored&redirect_uri={returnUrl}&hint={{inputs.hint}}#top',
      returnUrl: '{{inputs.back}}',
      actionId: 'federation-complete',
    }),
  )
})
afterAll(() => faces.close())

const begin = (inputs: JsonObject = {}, of = flow) =>
  faces.execute(of, { back: registered, hint: 'a', ...inputs })
const resume = (run: string, body: unknown) =>
  faces.send('POST', `/v1/flowrun/resume/${run}`, { as, body, headers: {} })
const stateIn = (url: string) => new URL(url).searchParams.get('state')
const issuesOf = (body: { error: { details: { issues: { path: string; code: string }[] } } }) =>
  body.error.details.issues.map(({ path, code }) => `${path} ${code}`)

test('sends the person on with a state of the wait’s own, and takes what comes back with it', async () => {
  const { body } = await begin()
  const { pendingAction, appRunId } = body
  const state = stateIn(pendingAction.url)
  const answered = await resume(appRunId, {
    actionId: 'federation-complete',
    params: { code: '4/0AfJohX', state, iss: 'https://idp.example' },
  })
  const again = await resume(appRunId, { params: { code: '4/0AfJohX', state } })

  expect(pendingAction).toEqual({
    type: 'redirect',
    executionId: pendingAction.executionId,
    timestamp: pendingAction.timestamp,
    url: `https://idp.example/authorize?client_id=app&redirect_uri=${encodeURIComponent(registered)}&hint=a&state=${state}#top`,
    requiredParams: ['code', 'state'],
    actionId: 'federation-complete',
  })
  expect(state).toMatch(/^[\w-]{43}$/)
  expect(state).toBe(await stateOf(faces.world, pendingAction.executionId))
  expect(answered.body.output).toEqual({ code: '4/0AfJohX', state, iss: 'https://idp.example' })
  expect(again.status).toBe(409)
})

test('the state of one wait is nothing to another', async () => {
  const [one, two] = [await begin(), await begin()]
  const state = stateIn(one.body.pendingAction.url)
  const { status, body } = await resume(two.body.appRunId, { params: { code: 'c', state } })

  expect(stateIn(two.body.pendingAction.url)).not.toBe(state)
  expect([status, issuesOf(body)]).toEqual([422, ['/params/state state_mismatch']])
})

describe('refused, and still waiting', () => {
  test.each<[string, (state: string | null) => JsonObject, string[]]>([
    ['no values', () => ({ params: {} }), ['/params/code input_required', '/params/state input_required']],
    ['a wrong state', () => ({ params: { code: 'c', state: 'x' } }), ['/params/state state_mismatch']],
    [
      'a longer state',
      (state) => ({ params: { code: 'c', state: `${state}x` } }),
      ['/params/state state_mismatch'],
    ],
    [
      'a list of states',
      (state) => ({ params: { code: 'c', state: [state] } }),
      ['/params/state input_type'],
    ],
    [
      'an error without the state',
      () => ({ params: { error: 'access_denied' } }),
      ['/params/state input_required'],
    ],
    [
      'another action',
      (state) => ({ actionId: 'x', params: { code: 'c', state } }),
      ['/actionId action_unknown'],
    ],
    [
      'a code without end',
      (state) => ({ params: { code: 'c'.repeat(8193), state } }),
      ['/params/code length_max'],
    ],
    [
      'too many others',
      (state) => ({
        params: {
          ...Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`p${index}`, 'x'])),
          code: 'c',
          state,
        },
      }),
      ['/params/p20 input_unexpected'],
    ],
  ])('%s', async (_, answer, found) => {
    const { body } = await begin()
    const refused = await resume(body.appRunId, answer(stateIn(body.pendingAction.url)))
    const poll = await faces.send('GET', `/v1/flowrun/poll/${body.appRunId}`, { as })

    expect([refused.status, issuesOf(refused.body), poll.body.status]).toEqual([422, found, 'waiting'])
  })
})

test.each([
  ['access_denied', 'Redirect.access_denied'],
  ['{{secrets.X}} <b>', 'Redirect.failed'],
])('the error %s of the other site goes the way of error', async (error, code) => {
  const { body } = await begin()
  const state = stateIn(body.pendingAction.url)
  const answered = await resume(body.appRunId, {
    params: { error, error_description: 'The user said no', state },
  })
  const { body: read } = await faces.send('GET', `/v1/flowrun/steps/${body.appRunId}`, { as })

  expect(answered.body.output).toEqual({ error: code, cause: 'The user said no' })
  expect(read.steps.find(({ stepId }: { stepId: string }) => stepId === 'away')).toMatchObject({
    outcome: 'error',
    error: { code },
  })
})

describe('K1 only an exact registered returnUrl passes', () => {
  test.each([
    '//evil.example',
    'https://app.example@evil.example/back?from=idp',
    'https://app.example.evil.example/back?from=idp',
    'https://app.example:444/back?from=idp',
    'https://app.example/back?from=idp#',
    'https://app.example/back?from=idp&more=1',
    'https://app.example/back',
    'https://app.example/back?from=%69dp',
    'https://app.example/./back?from=idp',
    'https://APP.example/back?from=idp',
    'http://app.example/back?from=idp',
    ' https://app.example/back?from=idp',
    'https://app.example/back?from=idp\n',
    'https:\\\\app.example/back?from=idp',
    '\\\\evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    '/back?from=idp',
    '',
    null,
    ['https://app.example/back?from=idp'],
  ])('%j', async (back) => {
    const { body } = await begin({ back })

    expect(body.error).toMatch(/^Redirect\.(BadAddress|ReturnUrlNotRegistered)$/)
  })

  test('another organisation’s does not: refused at publish, and at run time where it is not written out', async () => {
    const as = faces.other.token.user
    const back = (returnUrl: string) =>
      flowWith('redirect', { url: 'https://idp.example/?back={returnUrl}', returnUrl })
    const made = await faces.send('POST', '/v1/flow', { as, body: { definition: back(registered) } })
    const refused = await faces.send('POST', `/v1/flow/${made.body._id}/publish`, { as })
    const other = await faces.flow(back(`{{'${registered}'}}`), as)
    const { body } = await faces.send('POST', `/v1/client/flow/${other}/execute`, { as, body: {} })

    expect([refused.status, refused.body.error.details.issues[0].code]).toEqual([
      422,
      'return_url_not_registered',
    ])
    expect(body.error).toBe('Redirect.ReturnUrlNotRegistered')
  })

  test('editors are offered those that are', async () => {
    const asked = { stepType: 'redirect', field: 'returnUrl' }
    const ask = (token: string) => faces.send('POST', '/v1/flow/step-field-items', { as: token, body: asked })

    expect((await ask(as)).body.items).toEqual([{ label: registered, value: registered, description: null }])
    expect((await ask(faces.other.token.user)).body.items).toEqual([])
  })
})

test.each([
  'javascript:alert(1)',
  'http://idp.example/',
  'https://u:p@idp.example/',
  'https://{state}.evil.example/',
  'https:\\\\evil.example',
  '//evil.example',
  'https://idp.example/a b',
  '/authorize',
])('the url %s is refused at save, and at run time where an expression makes it', async (url) => {
  const made = await faces.send('POST', '/v1/flow', {
    as,
    body: { definition: flowWith('redirect', { url }) },
  })
  const dynamic = await faces.flow(flowWith('redirect', { url: '{{inputs.url}}' }))
  const { body } = await begin({ url }, dynamic)

  expect((await faces.send('POST', `/v1/flow/${made.body._id}/publish`, { as })).status).toBe(422)
  expect(body.error).toBe('Redirect.BadAddress')
})

describe('a prompt', () => {
  let prompting: string
  beforeAll(async () => {
    prompting = await faces.flow(
      flowWith('prompt', { requiredParams: ['origin', 'device'], actionId: 'send-notification' }),
    )
  })

  test('asks for values by name and gives them on as they came', async () => {
    const { body } = await begin({}, prompting)
    const params = { origin: 'mobile-app', device: { id: '3e83', tags: [1, true] } }
    const answered = await resume(body.appRunId, { actionId: 'send-notification', params })

    expect(body.pendingAction).toMatchObject({
      type: 'prompt',
      requiredParams: ['origin', 'device'],
      actionId: 'send-notification',
    })
    expect(answered.body.output).toEqual(params)
  })

  test.each<[JsonObject, string[]]>([
    [{ params: {} }, ['/params/origin input_required', '/params/device input_required']],
    [
      { params: { origin: ' ', device: null } },
      ['/params/origin input_required', '/params/device input_required'],
    ],
    [{ params: { origin: 'a', device: 1, role: 'admin' } }, ['/params/role input_unexpected']],
    [{ params: { origin: 'a'.repeat(10_001), device: 1 } }, ['/params/origin length_max']],
    [{ actionId: 'x', params: { origin: 'a', device: 1 } }, ['/actionId action_unknown']],
  ])('of which %j is refused, and it waits on', async (answer, found) => {
    const { body } = await begin({}, prompting)
    const refused = await resume(body.appRunId, answer)
    const poll = await faces.send('GET', `/v1/flowrun/poll/${body.appRunId}`, { as })

    expect([refused.status, issuesOf(refused.body), poll.body.status]).toEqual([422, found, 'waiting'])
  })

  test('of another kind of answer says so', async () => {
    const { body } = await begin({}, prompting)

    expect((await resume(body.appRunId, { decision: 'approve' })).status).toBe(409)
  })
})

test('what answers a wait is never kept where somebody could try out answers on it', async () => {
  const { body } = await begin()
  await resume(body.appRunId, { params: { code: 'canary-code', state: stateIn(body.pendingAction.url) } })
  const waits = (await allItems(faces.world)).filter((item) => item.id === body.pendingAction.executionId)

  expect(JSON.stringify(waits)).not.toContain('canary')
})
