import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { Authenticator, type Wrong } from './authenticator.ts'
import { journey } from './flows.ts'
import { type Journeys, openJourneys } from './open-journeys.ts'

const origin = 'https://app.example'
const rp = { id: 'app.example', name: 'App' }
const end = { type: 'final', params: { output: '{{ask}}' } }
const sad = { type: 'final', params: { outputs: { sorry: '{{lastError.error}}' } } }

const creating = (user: JsonObject, more: JsonObject = {}) =>
  journey({
    ask: {
      type: 'webauthn',
      params: { ceremony: 'create', rp, user, actionId: 'passkey-finish', ...more },
      next: { default: 'end', error: 'sad' },
    },
    ...{ end, sad },
  })
const getting = (more: JsonObject = {}) =>
  journey(
    {
      ask: {
        type: 'webauthn',
        params: { ceremony: 'get', rp, ...more },
        next: { default: 'end', error: 'sad' },
      },
      ...{ end, sad },
    },
    'PASSWORD_RECOVERY',
  )

let faces: Journeys
beforeAll(async () => {
  faces = await openJourneys()
})
afterAll(() => faces.close())

const send = (flowId: string, credential: unknown, actionId = '') =>
  faces.post({ flowId, actionId, inputs: { tokenResponse: credential } })

async function register(device: Authenticator, userId: string) {
  await faces.answers(creating({ id: userId, name: `${userId}@example.com` }))
  const { body } = await faces.begin()
  return await send(body.flowId, device.create(body.data.publicKeyCredentialCreation))
}

describe('a new passkey', () => {
  test('is asked for as the seed says, and is kept for its user', async () => {
    await faces.answers(creating({ id: '123', name: 'sasha@example.com', displayName: 'Sasha' }))
    const { body, headers } = await faces.begin()
    const { publicKeyCredentialCreation: options, webAuthnData, requiredParams } = body.data

    expect([body.type, requiredParams]).toEqual(['WEBAUTHN', ['tokenResponse']])
    expect(options).toMatchObject({
      rp,
      user: { id: 'MTIz', name: 'sasha@example.com', displayName: 'Sasha' },
      pubKeyCredParams: expect.arrayContaining([{ type: 'public-key', alg: -7 }]),
      excludeCredentials: [],
      timeout: 300_000,
    })
    expect(options.challenge).toMatch(/^[\w-]{43}$/)
    expect(webAuthnData).toEqual({
      action: 'WEBAUTHN_CREATE',
      requestId: headers['sluice-step'],
      publicKeyCredentialCreationOptions: options,
    })
    const device = new Authenticator(origin)
    const done = await send(
      body.flowId,
      Buffer.from(JSON.stringify(device.create(options))).toString('base64url'),
      'passkey-finish',
    )
    expect(done.body.data).toEqual({
      ...{ verified: true, credentialId: device.id.toString('base64url'), userId: '123' },
    })
  })

  test('that the user has already is named, so that no device makes a second one', async () => {
    const device = new Authenticator(origin)
    await register(device, 'again')
    const { body } = await faces.begin()

    expect(body.data.publicKeyCredentialCreation.excludeCredentials).toEqual([
      { id: device.id.toString('base64url'), type: 'public-key', transports: ['internal'] },
    ])
  })
})

describe('a passkey to sign in with', () => {
  const device = new Authenticator(origin)
  beforeAll(() => register(device, 'ada'))

  test.each<[string, (credential: JsonObject) => JsonObject]>([
    ['as an object', (credential) => ({ tokenResponse: credential })],
    ['as hosted pages send it', (credential) => ({ credential: JSON.stringify(credential) })],
    [
      'as the seed does',
      (credential) => ({ tokenResponse: Buffer.from(JSON.stringify(credential)).toString('base64url') }),
    ],
  ])('is taken %s', async (_name, inputs) => {
    await faces.answers(getting({ user: { id: 'ada' } }), 'PASSWORD_RECOVERY')
    const { body } = await faces.begin('PASSWORD_RECOVERY')
    const { publicKeyCredentialRequest: options, webAuthnData } = body.data
    const done = await faces.post({ flowId: body.flowId, inputs: inputs(device.get(options)) })

    expect(options).toMatchObject({
      rpId: 'app.example',
      allowCredentials: [{ id: device.id.toString('base64url'), type: 'public-key' }],
    })
    expect(webAuthnData).toMatchObject({
      ...{ action: 'WEBAUTHN_GET', publicKeyCredentialRequestOptions: options },
    })
    expect(done.body.data).toMatchObject({ verified: true, userId: 'ada' })
  })

  test('need not be named: it tells whose it is', async () => {
    await faces.answers(getting(), 'PASSWORD_RECOVERY')
    const { body } = await faces.begin('PASSWORD_RECOVERY')
    const options = body.data.publicKeyCredentialRequest
    const userHandle = Buffer.from('ada').toString('base64url')
    const done = await send(body.flowId, device.get(options, { userHandle }))

    expect(options.allowCredentials).toEqual([])
    expect(done.body.data).toMatchObject({ userId: 'ada' })
  })

  test.each<[string, Wrong]>([
    ['another challenge', { challenge: 'AAAA' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['another party', { rpId: 'evil.example' }],
    ['another ceremony', { type: 'webauthn.create' }],
    ['nobody present', { flags: 0 }],
    ['nobody verified', { flags: 1 }],
    ['a counter that has not risen', { counter: 0 }],
    ['another user', { userHandle: Buffer.from('eve').toString('base64url') }],
  ])('B15 with %s is refused, its challenge is used up, and the step stays', async (_name, wrong) => {
    await faces.answers(getting({ user: { id: 'ada' }, userVerification: 'required' }), 'PASSWORD_RECOVERY')
    const { body } = await faces.begin('PASSWORD_RECOVERY')
    const options = body.data.publicKeyCredentialRequest
    const again = await send(body.flowId, device.get(options, wrong))
    const next = again.body.data.publicKeyCredentialRequest

    expect([again.status, again.body.data.messages[0]]).toMatchObject([
      200,
      { i18nKey: 'webauthn_failed', context: { reason: expect.any(String) } },
    ])
    expect(next.challenge).not.toBe(options.challenge)
    // The good answer to the old challenge comes too late.
    const late = await send(body.flowId, device.get(options))
    expect(late.body.data.messages[0].i18nKey).toBe('webauthn_failed')
    const done = await send(body.flowId, device.get(late.body.data.publicKeyCredentialRequest))
    expect(done.body.flowStatus).toBe('COMPLETE')
  })

  test.each<[string, unknown]>([
    ['nonsense', 'nonsense'],
    ['an empty object', {}],
    ['nothing', null],
    ['a passkey that nobody has', new Authenticator(origin).get({ challenge: 'a', rpId: 'app.example' })],
  ])('%s is none', async (_name, credential) => {
    await faces.answers(getting(), 'PASSWORD_RECOVERY')
    const { body } = await faces.begin('PASSWORD_RECOVERY')
    const again = await send(body.flowId, credential)

    expect([again.status, again.body.data.messages[0].i18nKey]).toEqual([200, 'webauthn_failed'])
  })

  test('sent twice at once, counts once and is answered alike', async () => {
    await faces.answers(getting({ user: { id: 'ada' } }), 'PASSWORD_RECOVERY')
    const { body } = await faces.begin('PASSWORD_RECOVERY')
    const credential = device.get(body.data.publicKeyCredentialRequest)
    const both = await Promise.all([send(body.flowId, credential), send(body.flowId, credential)])

    expect(both.map(({ status, body: told }) => [status, told.flowStatus])).toEqual([
      [200, 'COMPLETE'],
      [200, 'COMPLETE'],
    ])
  })

  // The second one read the new question, was held to its challenge and told that the passkey is none.
  test('sent again while the first is looked at, counts once and is answered alike', async () => {
    await faces.answers(getting({ user: { id: 'ada' } }), 'PASSWORD_RECOVERY')
    const { body } = await faces.begin('PASSWORD_RECOVERY')
    const credential = device.get(body.data.publicKeyCredentialRequest)
    const { middlewareStack } = faces.world.db
    const renewedTwice = Promise.withResolvers<void>()
    let second: ReturnType<typeof send> | undefined
    middlewareStack.add(
      (next) => async (args) => {
        const done = await next(args)
        const { ExpressionAttributeValues: values = {} } = args.input as {
          ExpressionAttributeValues?: object
        }
        if (!(':next' in values && ':seen' in values)) return done
        if (second !== undefined) renewedTwice.resolve()
        else {
          second = send(body.flowId, credential)
          await renewedTwice.promise
        }
        return done
      },
      { step: 'initialize', name: 'holdFirst' },
    )
    const first = await send(body.flowId, credential)
    middlewareStack.remove('holdFirst')

    for (const { status, body: told } of [first, await second!])
      expect([status, told.flowStatus]).toEqual([200, 'COMPLETE'])
  })

  test('that somebody gives up is the step’s error', async () => {
    await faces.answers(getting(), 'PASSWORD_RECOVERY')
    const { body } = await faces.begin('PASSWORD_RECOVERY')
    const done = await faces.post({ flowId: body.flowId, inputs: { error: 'NotAllowedError' } })

    expect(done.body.data).toEqual({ sorry: 'WebAuthn.GivenUp' })
  })
})
