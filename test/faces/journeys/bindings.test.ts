import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { adding } from '../flows-of-tests.ts'
import { journey } from './flows.ts'
import { type Journeys, openJourneys } from './open-journeys.ts'

let faces: Journeys
beforeAll(async () => {
  faces = await openJourneys()
})
afterAll(() => faces.close())

const saying = (word: string, flowType = 'REGISTRATION') =>
  journey({ end: { type: 'final', params: { outputs: { word } } } }, flowType)
const list = async () =>
  (await faces.send('GET', '/v1/journeys', { as: faces.acme.token.viewer })).body.data as JsonObject[]
const find = async (flowType: string) => (await list()).find((one) => one.flowType === flowType)
const put = (flowType: string, body: JsonObject, tag?: string) =>
  faces.send('PUT', `/v1/journeys/${flowType}`, {
    as: faces.acme.token.user,
    body,
    headers: tag === undefined ? {} : { 'if-match': tag },
  })
const word = async (flowType: string) => {
  const { body } = await faces.begin(flowType)
  return body.data?.word ?? body.code
}

test('the types of the seed are there from the beginning, unbound', async () => {
  expect(await list()).toEqual(
    ['INVITED_USER_REGISTRATION', 'PASSWORD_RECOVERY', 'REGISTRATION'].map((flowType) => ({
      ...{ flowType, flowId: null, flowName: null, version: null, enabled: false, revision: 0 },
      url: expect.stringContaining(`/t/${faces.acme.orgId}/api/server/v1/flow/execute`),
      ...{ updatedAt: null, updatedBy: null },
    })),
  )
})

test('publishing binds a type that nothing answers; the next flow is warned that it is taken', async () => {
  const first = await faces.flow(saying('first'))
  const made = await faces.send('POST', '/v1/flow', {
    as: faces.acme.token.user,
    body: { definition: saying('second') },
  })
  const second = await faces.send('POST', `/v1/flow/${made.body._id}/publish`, { as: faces.acme.token.user })

  expect(await find('REGISTRATION')).toMatchObject({ flowId: first, version: 1, enabled: true, revision: 1 })
  expect(JSON.stringify(second.body)).toContain('journey_taken')
  expect(await word('REGISTRATION')).toBe('first')
})

test('a type of the organisation’s own exists once it is bound', async () => {
  expect(await word('SIGN_IN')).toBe('FE-60103')
  await faces.flow(saying('in', 'SIGN_IN'))
  expect(await word('SIGN_IN')).toBe('in')
})

test('is switched to another flow, off, on and to none under its revision', async () => {
  const [one, two] = [await faces.flow(saying('one')), await faces.flow(saying('two'))]
  const { revision } = (await find('REGISTRATION'))!
  const blind = await put('REGISTRATION', { flowId: two, enabled: true })
  const switched = await put('REGISTRATION', { flowId: one, enabled: true }, `"r${revision}"`)
  const late = await put('REGISTRATION', { flowId: two, enabled: true }, `"r${revision}"`)

  expect([blind.status, switched.status, late.status]).toEqual([428, 200, 412])
  expect(switched.headers.etag).toBe(`"r${Number(revision) + 1}"`)
  expect(await word('REGISTRATION')).toBe('one')
  await put('REGISTRATION', { flowId: one, enabled: false }, late.body.etag)
  expect(await word('REGISTRATION')).toBe('FE-60104')
  const none = await put('REGISTRATION', { flowId: null, enabled: true }, '*')
  expect(none.body).toMatchObject({ flowId: null, enabled: false })
})

test('takes no flow whose latest version has no such trigger', async () => {
  const flow = await faces.flow(adding)
  for (const flowId of [flow, '00000000-0000-4000-8000-000000000001']) {
    const { status, body } = await put('REGISTRATION', { flowId, enabled: true }, '*')
    expect([status, body.errors[0].pointer]).toEqual([422, '#/flowId'])
  }
})

test('starts are refused while the flow has no such version, and begin again with the next', async () => {
  const as = faces.acme.token.user
  const flow = await faces.answers(saying('here'))
  await faces.send('POST', `/v1/flow/${flow}/versions/1/unpublish`, { as, body: {} })
  const between = await word('REGISTRATION')
  await faces.send('POST', `/v1/flow/${flow}/publish`, { as })

  expect(between).toBe('FE-60104')
  expect(await word('REGISTRATION')).toBe('here')
  await faces.send('DELETE', `/v1/flow/${flow}`, { as })
  expect(await word('REGISTRATION')).toBe('FE-60104')
  // What a deleted flow held is free.
  await faces.flow(saying('heir'))
  expect(await word('REGISTRATION')).toBe('heir')
})

test('who bound what is told', async () => {
  await put('REGISTRATION', { flowId: null, enabled: false }, '*')
  const { body } = await faces.send('GET', '/v1/audit?action=journey.bound', {
    as: faces.acme.token.admin,
  })

  expect(body.data[0]).toMatchObject({
    ...{ action: 'journey.bound', target: 'REGISTRATION' },
    actor: `user:${faces.acme.account.user.id}`,
  })
})
