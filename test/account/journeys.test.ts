import { executeEmbeddedSignUpFlow, executeEmbeddedSignUpFlowV2 } from '@asgardeo/javascript'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../shared/world.ts'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'

let account: AccountChild
beforeAll(async () => {
  account = await startAccount()
})
afterAll(() => account.stop())

/** What the tests look at in a step; which of it is there depends on the step. */
interface Step {
  flowId: string
  flowStatus: string
  type: string
  data: {
    requiredParams?: string[]
    messages?: { identifier?: string; i18nKey: string }[]
    components?: { id: string; type: string; config: JsonObject }[]
    userId?: string
    userAssertion?: string
    resetTicket?: string
  }
  /** Of a refusal. */
  code?: string
}

const path = '/api/server/v1/flow/execute'
const post = async (body: unknown): Promise<{ status: number; body: Step }> => {
  const response = await fetch(account.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Step }
}
/** What the SDK sends, as its pages would. */
const sdk = async (payload: JsonObject): Promise<Step> =>
  (await executeEmbeddedSignUpFlow({ baseUrl: account.url, payload: payload as never })) as unknown as Step

/** The newest message for an address. */
async function mailFor(address: string): Promise<string> {
  const listed = (await (await fetch(`${account.url}/local/mail`)).json()) as {
    data: { to: string[]; text: string }[]
  }
  return listed.data.find(({ to }) => to.includes(address))?.text ?? ''
}
const codeFor = async (address: string) => /\d{6}/.exec(await mailFor(address))?.[0] ?? ''

async function register(email: string, password: string): Promise<string> {
  const first = await sdk({ flowType: 'REGISTRATION' })
  const { flowId } = first
  await sdk({ flowId, actionId: 'submit', inputs: { email, password } })
  const done = await sdk({ flowId, actionId: 'confirm_button', inputs: { code: await codeFor(email) } })
  return done.data.userId ?? ''
}

describe('the published JavaScript SDK, against what npm start runs', () => {
  test('registers a user: a rejected password, a wrong code, both corrected on the same flow', async () => {
    const email = 'sasha@example.com'
    const first = await sdk({ flowType: 'REGISTRATION' })
    const { flowId } = first
    const short = await sdk({ flowId, actionId: 'submit', inputs: { email, password: 'short' } })
    const sent = await sdk({ flowId, actionId: 'submit', inputs: { email, password: 'MyP@ssw0rd!' } })
    const code = await codeFor(email)
    const wrong = await sdk({
      ...{ flowId, actionId: 'confirm_button' },
      inputs: { code: code === '000000' ? '111111' : '000000' },
    })
    const done = await sdk({ flowId, actionId: 'confirm_button', inputs: { code } })

    expect([first.type, first.data.requiredParams]).toEqual(['VIEW', ['email', 'password']])
    expect(short.data.messages?.[0]).toMatchObject({ identifier: 'password', i18nKey: 'length_min' })
    // The React component draws components alone: the sample asks for that.
    expect(short.data.components?.[0]).toMatchObject({ id: 'message_1', type: 'TYPOGRAPHY' })
    expect(sent.data.requiredParams).toEqual(['code'])
    expect(wrong.data.messages?.[0]).toMatchObject({ i18nKey: 'code_invalid' })
    expect([done.flowStatus, done.flowId]).toEqual(['COMPLETE', flowId])
    expect(done.data.userId).toMatch(/^[0-9a-f-]{36}$/)
    await expect(sdk({ flowId })).rejects.toMatchObject({ statusCode: 400 })
  })

  test('tells who is registered already only to the owner of the address', async () => {
    const email = 'twice@example.com'
    await register(email, 'a good password')
    const { flowId } = await sdk({ flowType: 'REGISTRATION' })
    const again = await sdk({ flowId, actionId: 'submit', inputs: { email, password: 'another password' } })
    expect(again.data.requiredParams).toEqual(['code'])
    const code = await codeFor(email)
    const refused = sdk({ flowId, actionId: 'confirm_button', inputs: { code } })
    await expect(refused).rejects.toThrow('USER-EXISTS')
  })

  test('its second version drives any flowType by its whole address', async () => {
    const url = `${account.url}/t/demo${path}`
    const start = (await executeEmbeddedSignUpFlowV2({
      url,
      payload: { flowType: 'PASSWORD_RECOVERY' } as never,
    })) as unknown as Step
    expect(start.data.requiredParams).toEqual(['email'])
  })

  test('is refused with the status and the body that it shows', async () => {
    await expect(sdk({ flowId: 'unknown' })).rejects.toMatchObject({ statusCode: 400 })
    await expect(sdk({ flowId: 'unknown' })).rejects.toThrow('FE-60001')
  })
})

describe('the journeys that the demo organisation has', () => {
  test('PASSWORD_RECOVERY: a code, a new password, a ticket; the old password is none any more', async () => {
    const email = 'forgetful@example.com'
    await register(email, 'the old password')
    const { body: first } = await post({ flowType: 'PASSWORD_RECOVERY' })
    const { flowId } = first
    await post({ flowId, actionId: 'submit', inputs: { email } })
    const code = await codeFor(email)
    const { body: renew } = await post({ flowId, actionId: 'confirm', inputs: { code } })
    const unlike = { password: 'the new password', again: 'something else' }
    const { body: again } = await post({ flowId, actionId: 'save', inputs: unlike })
    const same = { password: 'the new password', again: 'the new password' }
    const { body: done } = await post({ flowId, actionId: 'save', inputs: same })

    expect(renew.data.requiredParams).toEqual(['password', 'again'])
    expect(again.data.messages?.[0]).toMatchObject({ identifier: 'again', i18nKey: 'not_equal' })
    expect(done.data.resetTicket).toMatch(/^[\w-]{43}$/)
    expect((await signIn(email, 'the old password')).data.messages?.[0]?.i18nKey).toBe('credentials_invalid')
    expect((await signIn(email, 'the new password')).flowStatus).toBe('COMPLETE')
  })

  test('B17 an address that nobody has sees the same steps, and gets no mail', async () => {
    const walk = async (email: string) => {
      const { body: first } = await post({ flowType: 'PASSWORD_RECOVERY' })
      const { flowId } = first
      const { body: sent } = await post({ flowId, actionId: 'submit', inputs: { email } })
      const { body: wrong } = await post({ flowId, actionId: 'confirm', inputs: { code: '000000' } })
      return [first, sent, wrong].map(({ flowId: _, ...step }) => step)
    }
    await register('known@example.com', 'a good password')

    expect(await walk('unknown@example.com')).toEqual(await walk('known@example.com'))
    expect(await mailFor('unknown@example.com')).toBe('')
  })

  test('INVITED_USER_REGISTRATION: the ticket of a mail, once', async () => {
    const email = 'invited@example.com'
    const key = { url: account.url, key: account.demo.apiKey }
    const invited = await call<JsonObject>(
      key,
      'POST',
      `/v1/client/flow/${account.demo.flows.invitation}/execute`,
      { email },
    )
    const ticket = /ticket=([\w-]{43})/.exec(await mailFor(email))?.[1] ?? ''
    const start = () => post({ flowType: 'INVITED_USER_REGISTRATION', inputs: { ticket } })
    const { body: first } = await start()
    const inputs = { name: 'Ivy', password: 'a good password' }
    const { body: done } = await post({ flowId: first.flowId, actionId: 'submit', inputs })

    expect(JSON.stringify(invited.body)).not.toContain(ticket)
    expect(first.data.components?.[0]?.config.text).toBe(`Welcome, ${email}`)
    expect(done.data.userId).toMatch(/^[0-9a-f-]{36}$/)
    expect((await start()).body.code).toBe('INVITATION-INVALID')
    expect((await post({ flowType: 'INVITED_USER_REGISTRATION' })).body.code).toBe('FE-60008')
    expect((await signIn(email, inputs.password)).flowStatus).toBe('COMPLETE')
  })

  test('SIGN_IN: an assertion that an app can check', async () => {
    const email = 'signer@example.com'
    const userId = await register(email, 'a good password')
    const done = await signIn(email, 'a good password')
    const keys = (await (await fetch(`${account.url}/.well-known/jwks.json`)).json()) as never
    const { payload } = await jwtVerify(done.data.userAssertion ?? '', createLocalJWKSet(keys), {
      ...{ audience: 'app-1', issuer: account.url, typ: 'assertion+jwt' },
    })

    expect(payload.sub).toBe(userId)
    expect((await signIn(email, 'a wrong password')).data.messages?.[0]?.i18nKey).toBe('credentials_invalid')
    expect((await signIn('nobody@example.com', 'a wrong password')).data.messages?.[0]?.i18nKey).toBe(
      'credentials_invalid',
    )
  })
})

describe('the same journeys from the dashboard face: a wait and its answer, step by step', () => {
  const desk = () => ({ url: account.url, key: account.demo.apiKey })
  const email = 'desk@example.com'
  const password = 'a good password'

  /** Starts the flow, answers each question with the next of these, and gives what the run came to. */
  async function run(
    flow: string,
    answers: (JsonObject | (() => Promise<JsonObject>))[],
    inputs: JsonObject = {},
  ) {
    const path = `/v1/client/flow/${account.demo.flows[flow]}/execute`
    let { body } = await call<JsonObject>(desk(), 'POST', path, inputs)
    for (const next of answers) {
      expect(body).toMatchObject({
        status: 'waiting',
        waitState: { type: 'view', waitId: expect.any(String) },
        pendingAction: { type: 'view', components: expect.any(Array) },
      })
      const answer = typeof next === 'function' ? await next() : next
      const resume = `/v1/flowrun/resume/${body.appRunId}`
      body = (await call<JsonObject>(desk(), 'POST', resume, answer)).body
    }
    return body
  }
  const confirm = async () => ({ actionId: 'confirm', params: { code: await codeFor(email) } })

  test('REGISTRATION', async () => {
    const form = { actionId: 'submit-registration', params: { email, password } }

    expect(await run('registration', [form, confirm])).toMatchObject({
      ...{ status: 'completed', output: { userId: expect.stringMatching(/^[0-9a-f-]{36}$/) } },
    })
  })

  test('PASSWORD_RECOVERY', async () => {
    const form = { actionId: 'submit-recovery', params: { email } }
    const renewed = 'a better password'
    const save = { actionId: 'save', params: { password: renewed, again: renewed } }

    // Only whoever began a journey with its flowId is given a ticket.
    expect(await run('password-recovery', [form, confirm, save])).toMatchObject({
      ...{ status: 'completed', output: { resetTicket: '•••' } },
    })
    expect((await signIn(email, renewed)).flowStatus).toBe('COMPLETE')
  })

  test('INVITED_USER_REGISTRATION', async () => {
    const invited = 'desk-invited@example.com'
    await run('invitation', [], { email: invited })
    const ticket = /ticket=([\w-]{43})/.exec(await mailFor(invited))?.[1] ?? ''
    const join = { actionId: 'submit-invited', params: { name: 'Ivy', password } }

    expect(await run('invited-registration', [join], { ticket })).toMatchObject({
      ...{ status: 'completed', output: { userId: expect.stringMatching(/^[0-9a-f-]{36}$/) } },
    })
  })

  test('SIGN_IN', async () => {
    const answer = (given: string) => ({ actionId: 'sign-in', params: { email, password: given } })

    expect(await run('sign-in', [answer('a wrong password'), answer('a better password')])).toMatchObject({
      ...{ status: 'completed', output: { userId: expect.any(String), userAssertion: '•••' } },
    })
  })
})

async function signIn(email: string, password: string): Promise<Step> {
  const { body: first } = await post({ flowType: 'SIGN_IN', applicationId: 'app-1' })
  return (await post({ flowId: first.flowId, actionId: 'submit', inputs: { email, password } })).body
}
