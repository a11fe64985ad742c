import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import type { Answer } from '../../http/caller.ts'
import { type Journeys, openJourneys } from './open-journeys.ts'

// The four journeys that the product ships, gone by somebody with an account and by somebody without.

let faces: Journeys
let mailMs = 0
beforeAll(async () => {
  faces = await openJourneys()
  for (const name of ['registration', 'password-recovery', 'sign-in', 'invited-registration', 'invitation'])
    samples[name] = await faces.flow(sample(name) as never)
  faces.world.mail.middlewareStack.add(
    (next) => async (args) => {
      await faces.world.clock.sleep(mailMs)
      return await next(args)
    },
    { step: 'initialize', name: 'slowMail' },
  )
})
afterAll(() => faces.close())

const samples: Record<string, string> = {}
const sample = (name: string) =>
  readFileSync(new URL(`../../../infra/local/samples/${name}.yaml`, import.meta.url), 'utf8')
const password = 'a good password'
const mailTo = (address: string) => faces.mail.list(500).filter(({ to }) => to.includes(address))
const codeFor = (address: string) => /\d{6}/.exec(mailTo(address)[0]?.text ?? '')?.[0] ?? ''

/** Goes a journey step by step: all that was answered, but for what differs between any two runs. */
async function walk(flowType: string, steps: (JsonObject | (() => JsonObject))[], start: JsonObject = {}) {
  const first = await faces.post({ flowType, inputs: start })
  const answers = [first]
  for (const step of steps) {
    const { actionId, ...inputs } = typeof step === 'function' ? step() : step
    answers.push(await faces.post({ flowId: first.body.flowId, actionId, inputs }))
  }
  return { answers, seen: answers.map(seen) }
}

function seen({ status, headers, body: { flowId: _, ...body } }: Answer): unknown {
  return { status, headers: Object.keys(headers).toSorted(), body }
}

async function register(email: string): Promise<void> {
  const code = () => ({ actionId: 'confirm', code: codeFor(email) })
  const { answers } = await walk('REGISTRATION', [{ actionId: 'submit-registration', email, password }, code])
  if (answers.at(-1)?.body.flowStatus !== 'COMPLETE') throw new Error(answers.at(-1)?.text)
}

const wrongCode = { actionId: 'confirm', code: '000000' }
const again = { actionId: 'resend' }
const repeat = <T>(count: number, step: T) => Array.from({ length: count }, () => step)

test('REGISTRATION tells only the owner of an address whether there is an account', async () => {
  await register('k1@example.com')
  const go = (email: string) =>
    walk('REGISTRATION', [{ actionId: 'submit-registration', email, password }, wrongCode, again, wrongCode])

  expect((await go('k1@example.com')).seen).toEqual((await go('k2@example.com')).seen)
  expect([mailTo('k1@example.com').length, mailTo('k2@example.com').length]).toEqual([3, 2])
})

describe('PASSWORD_RECOVERY', () => {
  const go = (email: string) =>
    walk('PASSWORD_RECOVERY', [
      { actionId: 'submit-recovery', email },
      ...repeat(6, wrongCode),
      ...repeat(5, again),
      wrongCode,
    ])

  test('looks the same for an address that nobody has, whatever is tried; it gets no mail', async () => {
    await register('r1@example.com')

    expect((await go('r1@example.com')).seen).toEqual((await go('r2@example.com')).seen)
    expect([mailTo('r1@example.com').length, mailTo('r2@example.com').length]).toEqual([6, 0])
  })

  // The first of an instance that was not sent took no time at all.
  test('takes as long, however long mail takes, from the first that an instance sends none of', async () => {
    mailMs = 70
    const fresh = await openJourneys()
    await fresh.flow(sample('password-recovery') as never)
    const begin = (at: Journeys) => at.post({ flowType: 'PASSWORD_RECOVERY' })
    const timed = async (email: string, at = faces) => {
      const { flowId } = (await begin(at)).body
      const started = performance.now()
      await at.post({ flowId, actionId: 'submit-recovery', inputs: { email } })
      return performance.now() - started
    }
    await register('t1@example.com')
    const known = await timed('t1@example.com')
    const unknown = await timed('t2@example.com')
    const first = await timed('t3@example.com', fresh)
    await fresh.close()
    mailMs = 0

    expect(Math.min(known, unknown)).toBeGreaterThanOrEqual(69)
    expect(first).toBeGreaterThanOrEqual(79)
  })
})

test('SIGN_IN looks the same for a wrong password and for nobody, up to the lock', async () => {
  await register('s1@example.com')
  const go = (email: string) =>
    walk('SIGN_IN', repeat(11, { actionId: 'sign-in', email, password: 'a wrong password' }))
  const [known, unknown] = [await go('s1@example.com'), await go('s2@example.com')]

  expect(known.seen).toEqual(unknown.seen)
  expect(known.answers.at(-1)?.body.code).toBe('TOO-MANY-ATTEMPTS')
})

test('INVITED_USER_REGISTRATION tells tickets of others, spent ones and none apart by nothing', async () => {
  const as = faces.acme.token.user
  const invite = async (email: string) => {
    await faces.send('POST', `/v1/client/flow/${samples.invitation}/execute`, { as, body: { email } })
    return /ticket=([\w-]{43})/.exec(mailTo(email)[0]?.text ?? '')?.[1] ?? ''
  }
  await register('i1@example.com')
  const [ticket, ofKnown] = [await invite('i2@example.com'), await invite('i1@example.com')]
  const start = (given: string) => walk('INVITED_USER_REGISTRATION', [], { ticket: given })
  const join = { actionId: 'submit-invited', name: 'Ivy', password }
  const used = await walk('INVITED_USER_REGISTRATION', [join], { ticket })
  // Whoever has the ticket has the mail of its address.
  const known = await start(ofKnown)
  const refused = [await start(ticket), await start('x'.repeat(43)), await start('none')]

  expect([used.answers[1]?.body.flowStatus, known.answers[0]?.status]).toEqual(['COMPLETE', 200])
  expect(refused.map(({ answers }) => answers[0]?.body.code)).toEqual(repeat(3, 'INVITATION-INVALID'))
  for (const one of refused) expect(one.seen).toEqual(refused[0]!.seen)
})
