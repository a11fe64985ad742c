import * as z from 'zod'
import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import { refuse } from './answer.ts'
import type { Accepted, Answering, Question, WaitStep } from './define.ts'
import { readJson } from './json-text.ts'
import { paramIssue, readParams } from './param-names.ts'
import { templated, text } from './params.ts'
import { challengeLifeMs, creationOptions, type PasskeyUser, requestOptions } from './webauthn/options.ts'
import type { Expected } from './webauthn/verify.ts'

/** Read from disk by the first ceremony. */
const verification = () => import('./webauthn/verify.ts')

const host = z.string().regex(/^[a-z0-9.-]{1,253}$/, 'Expected a host name such as app.example')
const origin = z
  .string()
  .refine((url) => URL.parse(url)?.origin === url, 'Expected an origin such as https://app.example')

const params = z
  .strictObject({
    ceremony: z.enum(['create', 'get']),
    rp: z.strictObject({
      id: host,
      name: text.max(200).optional(),
      origins: z.array(origin).min(1).max(20).optional(),
    }),
    user: z.strictObject({ id: text, name: text.optional(), displayName: text.optional() }).optional(),
    userVerification: templated(z.enum(['required', 'preferred', 'discouraged'])).optional(),
    actionId: text.max(200).optional(),
  })
  .check(({ value, issues }) => {
    if (value.ceremony === 'get' || value.user !== undefined) return
    const message = 'Say whose passkey it is to be: user'
    issues.push({ code: 'custom', path: ['user'], params: { code: 'required' }, message, input: value })
  })

/** Asks for a passkey: a new one (`create`), or one that proves who somebody is (`get`). */
export const webauthn: WaitStep<z.infer<typeof params>> = {
  type: 'webauthn',
  kind: 'wait',
  summary: 'Asks for a passkey, a new one or one to sign in with',
  params,
  output: ['verified', 'credentialId', 'userId'],
  example: {
    ceremony: 'create',
    rp: { id: 'app.example', name: 'App', origins: ['https://app.example'] },
    user: { id: '{{user.userId}}', name: '{{form.email}}', displayName: '{{form.email}}' },
    userVerification: 'preferred',
    actionId: 'passkey-finish',
  },
  outcomes: () => ['error', 'timeout'],
  secrets: false,
  needs: ['challenge', 'passkeys'],
  compile: (written, place) => place.ask(written as JsonObject),
  ask(args, { challenge, passkeys } = {}) {
    if (challenge === undefined || passkeys === undefined) throw new Error('A passkey needs a challenge')
    const { ceremony, actionId, rp } = args
    const creates = ceremony === 'create'
    const user = args.user === undefined ? null : userIn(args)
    if (creates && user === null) throw new StepError('WebAuthn.BadUser', 'user is missing')
    const ceremonial = { rp: rpIn(rp), challenge: challenge.text, userVerification: verificationIn(args) }
    const known = { ...ceremonial, known: passkeys.known }
    return {
      kind: 'webauthn',
      ceremony: creates ? 'create' : 'get',
      options: creates ? creationOptions(known, user as PasskeyUser) : requestOptions(known),
      origins: originsIn(rp),
      challengedAt: challenge.at,
      ...(user === null ? {} : { userId: user.id }),
      requiredParams: ['tokenResponse'],
      ...(typeof actionId === 'string' ? { actionId } : {}),
    }
  },
  // Each challenge is good for one answer, be it right or wrong.
  renew: (question, { text: challenge, at }) => ({
    ...question,
    options: { ...(question.options as JsonObject), challenge },
    challengedAt: at,
  }),
  async accept(question, given, answering) {
    const { params: values, issues } = readParams(question, given)
    if (issues.length > 0) throw refuse(issues)
    if (typeof values.error === 'string' && values.tokenResponse === undefined) return givenUp(values.error)
    const unknown = Object.keys(values).filter((name) => name !== 'tokenResponse')
    if (unknown.length > 0)
      throw refuse(
        unknown.map((name) => paramIssue(name, 'input_unexpected', 'This step asks for no such value')),
      )
    const response = responseIn(values.tokenResponse)
    if (response === null) throw failed('the credential cannot be read')
    if (Date.parse(answering.at) - Date.parse(String(question.challengedAt)) > challengeLifeMs)
      throw failed('the challenge is older than five minutes')
    return question.ceremony === 'create'
      ? await created(question, response, answering)
      : await used(question, response, answering)
  },
}

async function created(question: Question, response: JsonObject, { passkeys }: Answering): Promise<Accepted> {
  const { verifyCreated } = await verification()
  const made = await verifyCreated(response, expectedBy(question))
  const userId = String(question.userId)
  if (made === null || !(await passkeys?.keep({ ...made, userId })))
    throw failed('the credential does not prove what it should')
  return accepted(made.credentialId, userId)
}

async function used(question: Question, response: JsonObject, { passkeys }: Answering): Promise<Accepted> {
  const passkey = await passkeys?.find(String(response.id))
  const others = question.userId !== undefined && passkey?.userId !== question.userId
  if (!passkey || others || !isHandleOf(response, passkey.userId))
    throw failed('there is no such passkey here')
  const { verifyUsed } = await verification()
  const counter = await verifyUsed(response, passkey, expectedBy(question))
  if (counter === null || !(await passkeys?.count(passkey, counter)))
    throw failed('the credential does not prove what it should')
  return accepted(passkey.credentialId, passkey.userId)
}

function accepted(credentialId: string, userId: string): Accepted {
  return { ok: true, output: { verified: true, credentialId, userId }, outcome: { success: true } }
}

/** The client could not, or the person would not. */
function givenUp(reason: string): Accepted {
  const error = 'WebAuthn.GivenUp'
  return { ok: false, error, cause: reason.slice(0, 200), outcome: { success: false, error } }
}

function failed(reason: string) {
  return refuse([
    { path: '/params/tokenResponse', code: 'webauthn_failed', message: `tokenResponse: ${reason}` },
  ])
}

function expectedBy({ options, origins }: Question): Expected {
  const { challenge, rp, rpId, userVerification, authenticatorSelection } = options as JsonObject
  const verification =
    userVerification ?? (authenticatorSelection as JsonObject | undefined)?.userVerification
  return {
    challenge: String(challenge),
    origins: (origins as string[]).map(String),
    rpId: String(rpId ?? (rp as JsonObject).id),
    needsVerification: verification === 'required',
  }
}

/** A discoverable passkey says whose it is. */
function isHandleOf({ response }: JsonObject, userId: string): boolean {
  const handle = (response as JsonObject | undefined)?.userHandle
  if (handle === undefined || handle === null || handle === '') return true
  return handle === Buffer.from(userId).toString('base64url')
}

/** Base64url of its JSON as the seed has it, JSON text as hosted pages send it, or the object itself. */
function responseIn(value: Json | undefined): JsonObject | null {
  if (typeof value === 'string') {
    const text = value.trimStart().startsWith('{') ? value : Buffer.from(value, 'base64url').toString('utf8')
    return objectIn(readJson(text))
  }
  return objectIn(value)
}

function objectIn(value: Json | undefined): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
}

function rpIn(rp: Json | undefined): { id: string; name: string } {
  const { id, name } = rp as { id: string; name?: Json }
  return { id, name: typeof name === 'string' && name !== '' ? name : id }
}

function originsIn(rp: Json | undefined): string[] {
  const { id, origins } = rp as { id: string; origins?: string[] }
  return origins ?? [`https://${id}`]
}

function verificationIn({ userVerification = 'preferred' }: JsonObject): string {
  if (['required', 'preferred', 'discouraged'].includes(String(userVerification)))
    return String(userVerification)
  throw new StepError('WebAuthn.BadQuestion', 'userVerification is none of required, preferred, discouraged')
}

/** @throws {StepError} `WebAuthn.BadUser` */
function userIn({ user }: JsonObject): PasskeyUser {
  const { id, name, displayName } = user as JsonObject
  if (typeof id !== 'string' || id === '' || Buffer.byteLength(id) > 64)
    throw new StepError('WebAuthn.BadUser', 'user.id is no text of 1 to 64 bytes')
  const called = typeof name === 'string' && name !== '' ? name : id
  return {
    id,
    name: called,
    displayName: typeof displayName === 'string' && displayName !== '' ? displayName : called,
  }
}
