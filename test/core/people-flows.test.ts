import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { doWork } from '../../shared/core/work.ts'
import type { JsonObject } from '../../shared/world.ts'
import { allItems } from '../all-items.ts'
import { type Faces, openFaces } from '../faces/open-faces.ts'
import { sdkError, withFaults } from '../faults/inject.ts'
import { asking, openRunsWorld, type RunsWorld, workOf } from './runs-fixture.ts'

let faces: Faces
/** Whether the service that flows call is down. */
let broken = false
beforeAll(async () => {
  faces = await openFaces({
    outbound: async () => ({ status: broken ? 500 : 200, headers: {}, body: '', durationMs: 1 }),
  })
})
afterAll(() => faces.close())

const as = () => faces.acme.token.user
const resume = (run: string, params: JsonObject) =>
  faces.send('POST', `/v1/flowrun/resume/${run}`, { as: as(), body: { actionId: 'confirm', params } })
const lastMail = () => faces.mail.list(1)[0]!

/** Everything that is kept, logged, or shown of a run. */
async function traces(run: string): Promise<string> {
  const shown = await Promise.all(
    ['details', 'steps', 'outputs', 'context', 'logs'].map((verb) =>
      faces.send('GET', `/v1/flowrun/${verb}/${run}`, { as: as() }),
    ),
  )
  const texts = shown.map(({ text }) => text)
  return [JSON.stringify(await allItems(faces.world)), JSON.stringify(faces.log.lines), ...texts].join('\n')
}

const signUp: JsonObject = {
  metadata: { name: 'Sign up' },
  inputs: [
    { name: 'email', type: 'email' },
    { name: 'password', type: 'password' },
  ],
  nodes: {
    send: {
      type: 'code.send',
      params: { to: '{{email}}', purpose: 'sign-up', length: 8, subject: 'Hello' },
      next: { default: 'ask' },
    },
    ask: {
      type: 'view',
      params: {
        components: [
          {
            ...{ id: 'code', type: 'INPUT', variant: 'OTP' },
            config: { identifier: 'code', label: 'Code', sensitive: true },
          },
          { id: 'confirm', type: 'BUTTON', actionId: 'confirm', config: { text: 'Confirm' } },
        ],
      },
      next: { default: 'check' },
    },
    check: {
      type: 'code.check',
      params: { to: '{{email}}', purpose: 'sign-up', code: '{{ask.code}}' },
      next: { invalid: 'ask', default: 'create' },
    },
    create: {
      type: 'user.create',
      params: { email: '{{email}}', password: '{{password}}' },
      next: { exists: 'taken', default: 'prove' },
    },
    prove: {
      type: 'user.verify-password',
      params: { userId: '{{create.userId}}', password: '{{password}}' },
      next: { default: 'ticket' },
    },
    ticket: {
      type: 'token.issue',
      params: { kind: 'invitation', userId: '{{create.userId}}', claims: { plan: 'gold' } },
      next: { default: 'mail' },
    },
    mail: {
      type: 'email',
      params: { to: '{{email}}', subject: 'Welcome', text: 'Your ticket is {{ticket.ticket}}.' },
      next: { default: 'redeem' },
    },
    redeem: {
      type: 'token.check',
      params: { kind: 'invitation', ticket: '{{ticket.ticket}}' },
      next: { default: 'end' },
    },
    end: {
      type: 'final',
      params: { outputs: { user: '{{create.userId}}', who: '{{prove.userId}}', redeemed: '{{redeem}}' } },
    },
    taken: { type: 'fail', params: { code: 'TAKEN', message: 'There is one' } },
  },
}

describe('a flow that signs somebody up', () => {
  test('mails a code, takes it once, and leaves no password, code or ticket anywhere', async () => {
    const flow = await faces.flow(signUp)
    const inputs = { email: 'Ada@Example.com', password: 'kept by nobody 42' }
    const { body: asked } = await faces.execute(flow, inputs)
    const run = asked.appRunId
    const { subject, to, text } = lastMail()
    const code = /\d{8}/.exec(text ?? '')![0]
    const { body: wrong } = await resume(run, { code: code === '00000000' ? '11111111' : '00000000' })
    const before = await traces(run)
    const { body: done } = await resume(run, { code })
    const ticket = /[\w-]{43}/.exec(lastMail().text ?? '')![0]
    const after = await traces(run)

    expect([asked.status, wrong.status, done.status]).toEqual(['waiting', 'waiting', 'completed'])
    expect([subject, to]).toEqual(['Hello', ['Ada@Example.com']])
    expect(done.output.who).toBe(done.output.user)
    expect(done.output.redeemed).toEqual({
      ...{ valid: true, userId: done.output.user, email: null, claims: { plan: 'gold' } },
    })
    for (const secret of [inputs.password, code, ticket]) expect(before + after).not.toContain(secret)
    expect(after).toContain('•••')
  })

  test('goes the way of `exists` for who is there already', async () => {
    const flow = await faces.flow({ ...signUp, metadata: { name: 'Sign up again' } })
    const inputs = { email: 'ada@example.COM', password: 'another password' }
    const { body: asked } = await faces.execute(flow, inputs)
    const { body: done } = await resume(asked.appRunId, { code: /\d{8}/.exec(lastMail().text ?? '')![0] })

    expect(done).toMatchObject({ status: 'failed', error: { code: 'TAKEN' } })
  })

  test('that is run again after a later step failed has a ticket that is good', async () => {
    const flow = await faces.flow({
      metadata: { name: 'Invite' },
      nodes: {
        ticket: {
          type: 'token.issue',
          params: { kind: 'invitation', email: 'eve@example.com' },
          next: 'call',
        },
        call: { type: 'http.request', params: { url: 'https://crm.example.com/' }, next: 'redeem' },
        redeem: { type: 'token.check', params: { kind: 'invitation', ticket: '{{ticket.ticket}}' } },
      },
    })
    broken = true
    const { headers } = await faces.execute(flow)
    broken = false
    const { body } = await faces.send('POST', `/v1/flowrun/rerun/${headers['sluice-run-id']}`, {
      ...{ as: as(), body: {} },
    })

    // The ticket of the run before is sealed for that run: it had been passed on as one that is not good.
    expect(body).toMatchObject({ status: 'completed', output: { valid: true, email: 'eve@example.com' } })
  })

  test.each<[string, JsonObject, string]>([
    [
      'no row for a wrong password',
      { type: 'user.verify-password', params: { email: 'no@example.com', password: 'wrong one' } },
      'User.WrongPassword',
    ],
    [
      'no row for a wrong code',
      { type: 'code.check', params: { to: 'no@example.com', purpose: 'x', code: '1234' } },
      'Code.Invalid',
    ],
    [
      'no row for a bad ticket',
      { type: 'token.check', params: { kind: 'invitation', ticket: 'none' } },
      'Token.Invalid',
    ],
    [
      'no row for who is missing',
      { type: 'user.set-password', params: { userId: 'none', password: 'a good one' } },
      'User.Missing',
    ],
    [
      'a password that is a number',
      { type: 'user.create', params: { email: 'n@example.com', password: '{{12345678}}' } },
      'User.BadPassword',
    ],
    [
      'an empty password',
      { type: 'user.create', params: { email: 'n@example.com', password: "{{''}}" } },
      'User.BadPassword',
    ],
  ])('fails where there is %s', async (name, step, code) => {
    const flow = await faces.flow({ metadata: { name }, nodes: { step } })
    const { body } = await faces.execute(flow)

    expect(body.error).toMatchObject({ code: 'run_failed', details: { code } })
  })
})

describe('a working step on people', () => {
  let runs: RunsWorld
  let flow: string
  beforeAll(async () => {
    runs = await openRunsWorld()
    flow = await runs.publish(asking)
  })
  afterAll(() => runs.close())

  test('hides a password and a code that nobody had sealed', async () => {
    const run = await runs.begin(flow)
    const [password, code] = ['plainly written 7', '31415926']
    const work = (stepId: string, type: string, args: JsonObject) =>
      doWork(runs.world, workOf(runs.world, run, { stepId, type, as: type, args }))
    await work('create', 'user.create', { email: 'plain@example.com', password })
    const checked = work('check', 'code.check', { to: 'plain@example.com', purpose: code, code })

    await expect(checked).rejects.toMatchObject({ name: 'Code.Invalid' })
    const items = await allItems(runs.world)
    const inputs = items.flatMap(({ sk, input }) => (String(sk).startsWith('STEP#') ? [String(input)] : []))
    expect(inputs.map((input) => JSON.parse(input))).toEqual([
      { to: 'plain@example.com', purpose: code, code: '•••' },
      { email: 'plain@example.com', password: '•••' },
    ])
    expect(JSON.stringify(items)).not.toContain(password)
  })

  test('F4 tried again after its record was lost makes one user, and mails one code', async () => {
    const run = await runs.begin(flow)
    const twice = async (stepId: string, type: string, args: JsonObject) => {
      const event = workOf(runs.world, run, { stepId, type, as: type, args, maxAttempts: 2 })
      // These steps update nothing: it is the record of their end that is lost.
      const lost = withFaults(runs.world, (called) =>
        called === 'Update' ? { when: 'before', error: () => sdkError('InternalServerError', 500) } : null,
      )
      await expect(doWork(lost.world, event)).rejects.toThrow()
      return (await doWork(runs.world, { ...event, retries: 1 })) as JsonObject
    }
    const made = await twice('create', 'user.create', {
      email: 'f4@example.com',
      password: 'a good password',
    })
    await twice('send', 'code.send', { to: 'f4@example.com', purpose: 'sign-up' })
    const texts = runs.mail.list(10).map(({ text }) => text)
    const code = /\d{6}/.exec(texts[0] ?? '')![0]
    const checked = await twice('check', 'code.check', { to: 'f4@example.com', purpose: 'sign-up', code })

    expect(made.exists).toBe(false)
    expect(texts).toHaveLength(2)
    expect(new Set(texts).size).toBe(1)
    expect(checked).toEqual({ valid: true, attemptsLeft: 5 })
  })
})
