import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { field, form, journey } from './flows.ts'
import { type Journeys, openJourneys, path } from './open-journeys.ts'

let faces: Journeys
beforeAll(async () => {
  faces = await openJourneys()
})
afterAll(() => faces.close())

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

// A ticket that the flow had taken was once told to be more than its first form asks for.
test('inputs of the flow and the answer to its first form come in one call', async () => {
  const view = (components: JsonObject[]): JsonObject => ({
    ask: { type: 'view', params: { components }, next: { default: 'end' } },
    end: { type: 'final', params: { outputs: { of: '{{inputs}}', with: '{{ask}}' } } },
  })
  const inputs = [
    { name: 'ticket', type: 'text', required: true },
    { name: 'name', type: 'text' },
  ] as const
  await faces.answers(journey(view([form([field('name', 'TEXT')])]), 'REGISTRATION', { inputs: [...inputs] }))
  const start = (more: JsonObject) =>
    faces.post({
      ...{ flowType: 'REGISTRATION', actionId: 'next' },
      inputs: { ticket: 't', name: 'Ann', ...more },
    })
  const { body } = await start({})
  const other = await start({ role: 'admin' })

  expect(body.data).toEqual({
    of: { ticket: 't', name: 'Ann' },
    with: { actionId: 'next', name: 'Ann' },
  })
  expect(other.body.data.messages).toMatchObject([{ identifier: 'role', i18nKey: 'input_unexpected' }])
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
