import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { type Journeys, openJourneys } from './open-journeys.ts'

// What the journeys that the product ships say to whoever goes them, at each turn.

let faces: Journeys
const flows: Record<string, string> = {}
const sample = (name: string) =>
  readFileSync(new URL(`../../../infra/local/samples/${name}.yaml`, import.meta.url), 'utf8')
beforeAll(async () => {
  faces = await openJourneys()
  for (const name of ['registration', 'password-recovery', 'sign-in', 'invited-registration', 'invitation'])
    flows[name] = await faces.flow(sample(name) as never)
})
afterAll(() => faces.close())

const password = 'a good password'
const texts = (body: JsonObject) =>
  ((body.data as JsonObject).messages as { message: string }[] | undefined)?.map(({ message }) => message)

/** Goes a journey: what is said after each answer. */
async function said(flowType: string, answers: [actionId: string, inputs?: JsonObject][]) {
  const { body } = await faces.begin(flowType)
  const all = []
  for (const [actionId, inputs = {}] of answers)
    all.push(texts((await faces.answer(body.flowId, actionId, inputs)).body))
  return all
}

describe('a code', () => {
  const wrong: [string, JsonObject] = ['confirm', { code: '000000' }]

  // The message of a wrong code once stood there still when another had been asked for.
  test.each([
    ['REGISTRATION', { email: 'm1@example.com', password }],
    ['PASSWORD_RECOVERY', { email: 'm2@example.com' }],
  ] as const)('of %s that was wrong is no matter once another is sent', async (flowType, inputs) => {
    expect(await said(flowType, [['submit', inputs], wrong, ['resend'], wrong])).toEqual([
      ...[undefined, ['The code is not right']],
      ...[undefined, ['The code is not right']],
    ])
  })

  test('that was guessed at too often is told to be of no more use', async () => {
    const all = await said('PASSWORD_RECOVERY', [
      ['submit', { email: 'm3@example.com' }],
      ...Array.from({ length: 5 }, () => wrong),
    ])

    expect(all.at(-2)).toEqual(['The code is not right'])
    expect(all.at(-1)).toEqual(['This code is not good any more: ask for another'])
  })

  // The sign-up once ended there, as if there were no mail.
  test('that cannot be sent to an address lets another be given', async () => {
    const { body } = await faces.begin()
    const again = await faces.answer(body.flowId, 'submit', { email: 'a,b@example.com', password })
    const right = await faces.answer(body.flowId, 'submit', { email: 'm4@example.com', password })

    expect([again.status, texts(again.body)]).toEqual([200, ['We cannot send a code to this address now']])
    expect([right.status, texts(right.body)]).toEqual([200, undefined])
    expect(faces.mail.list(1)[0]?.to).toEqual(['m4@example.com'])
  })
})

test('SIGN_IN says what was wrong the last time, and nothing of the times before', async () => {
  const wrong: [string, JsonObject] = ['sign-in', { email: 'm5@example.com', password }]
  const giveUp: [string, JsonObject] = ['passkey-finish', { error: 'NotAllowedError' }]

  expect(await said('SIGN_IN', [wrong, ['use-passkey'], giveUp, wrong])).toEqual([
    ['The e-mail or the password is not right'],
    undefined,
    ['No passkey was given'],
    ['The e-mail or the password is not right'],
  ])
})

// It was too much for a user's attributes, once the ticket had been used up.
test('INVITED_USER_REGISTRATION asks again for a name that is too long, and the ticket is good still', async () => {
  const as = faces.acme.token.user
  await faces.send('POST', `/v1/client/flow/${flows.invitation}/execute`, {
    as,
    body: { email: 'm6@example.com' },
  })
  const ticket = /ticket=([\w-]+)/.exec(faces.mail.list(1)[0]?.text ?? '')?.[1] ?? ''
  const { body } = await faces.post({ flowType: 'INVITED_USER_REGISTRATION', inputs: { ticket } })
  const long = await faces.answer(body.flowId, 'submit', { password, name: 'N'.repeat(9000) })
  const good = await faces.answer(body.flowId, 'submit', { password, name: 'Noor' })

  expect(texts(long.body)).toEqual(['Enter at most 100 characters'])
  expect(good.body.flowStatus).toBe('COMPLETE')
})
