import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer, Sent } from '../../http/caller.ts'
import { field, form, journey, registration } from './flows.ts'
import { type Journeys, openJourneys, path } from './open-journeys.ts'

let faces: Journeys
beforeAll(async () => {
  faces = await openJourneys()
  await faces.answers(registration)
})
afterAll(() => faces.close())

const origin = 'https://any-page.example'
const post = (body: unknown, { headers, ...more }: Sent = {}) =>
  faces.post(body, { headers: { origin, ...headers }, ...more })
const begin = async () => (await post({ flowType: 'REGISTRATION' })).body.flowId as string
const good = { email: 'sasha@example.com', password: 'MyP@ssw0rd!' }

/** Every call of the table fails like this while the work is done. */
async function whileFailing(error: Error, work: () => Promise<Answer>): Promise<Answer> {
  const { middlewareStack } = faces.world.db
  middlewareStack.add(() => () => Promise.reject(error), { step: 'initialize', name: 'failing' })
  try {
    return await work()
  } finally {
    middlewareStack.remove('failing')
  }
}
const busy = () => Object.assign(new Error('busy'), { name: 'ThrottlingException', $metadata: {} })

describe('any page may read', () => {
  test.each<[name: string, status: number, code: string | undefined, call: () => Promise<Answer>]>([
    ['a step', 200, undefined, () => post({ flowType: 'REGISTRATION' })],
    [
      'a step that is asked again',
      200,
      undefined,
      async () => await post({ flowId: await begin(), actionId: 'submit', inputs: {} }),
    ],
    [
      'the end',
      200,
      undefined,
      async () => await post({ flowId: await begin(), actionId: 'submit', inputs: good }),
    ],
    ['an unknown flowId', 400, 'FE-60001', () => post({ flowId: 'x' })],
    ['what cannot be read', 400, 'FE-60007', () => post('{nope')],
    ['an unknown action', 400, 'FE-60009', async () => await post({ flowId: await begin(), actionId: 'x' })],
    ['an unknown type', 400, 'FE-60103', () => post({ flowType: 'NONE' })],
    ['a type that is off', 400, 'FE-60104', () => post({ flowType: 'PASSWORD_RECOVERY' })],
    [
      'a start in an organisation that there is not',
      400,
      'FE-60104',
      () =>
        faces.send('POST', `/t/nobody${path}`, {
          body: { flowType: 'REGISTRATION' },
          headers: { origin },
        }),
    ],
    ['another method', 405, 'FE-60007', () => faces.send('PUT', path, { body: {}, headers: { origin } })],
    ['too much', 413, 'FE-60007', () => post({ flowType: 'a'.repeat(1_100_000) })],
    ['another type', 415, 'FE-60007', () => post('a=b', { headers: { 'content-type': 'text/plain' } })],
    [
      'a bug of ours',
      500,
      'SL-50000',
      () => whileFailing(new TypeError('canary'), () => post({ flowType: 'REGISTRATION' })),
    ],
    ['a busy table', 503, 'SL-50300', () => whileFailing(busy(), () => post({ flowType: 'REGISTRATION' }))],
  ])('%s', async (_name, status, code, call) => {
    const answer = await call()

    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(answer.headers['access-control-expose-headers']).toContain('Retry-After')
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
    expect(answer.text).not.toContain('canary')
  })

  test('that it has come too often, to start or with flowIds that open nothing; others are not held up', async () => {
    const calls = { starts: { flowType: 'NONE' }, guesses: { flowId: 'guessed' } }
    for (const [name, body] of Object.entries(calls)) {
      const address = `198.51.100.${name.length}`
      const answers: Answer[] = []
      // A new minute may begin in between.
      for (let at = 0; at < 1210 && answers.at(-1)?.status !== 429; at++)
        answers.push(await post(body, { address }))
      const last = answers.at(-1)!

      expect([name, last.status, last.body.code]).toEqual([name, 429, 'SL-42900'])
      expect(answers.length).toBeGreaterThan(name === 'starts' ? 600 : 60)
      expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
      // It once told how much was left of another limit.
      expect(last.headers).toMatchObject({
        ...{ 'ratelimit-limit': name === 'starts' ? '600' : '60', 'ratelimit-remaining': '0' },
        'ratelimit-reset': last.headers['retry-after'],
      })
      expect(last.headers['access-control-allow-origin']).toBe('*')
      expect((await post(body, { address: '198.51.100.250' })).status).toBe(400)
    }
  })
})

test('E1 of sixteen equal submits at once one advances: one mail, one user, one answer told to all', async () => {
  const email = 'sixteen@example.com'
  await faces.answers(
    journey({
      form: {
        type: 'view',
        params: { components: [form([field('email', 'EMAIL')])] },
        next: { default: 'send' },
      },
      send: {
        type: 'code.send',
        params: { to: '{{form.email}}', purpose: 'once' },
        next: { default: 'create' },
      },
      create: {
        type: 'user.create',
        params: { email: '{{form.email}}' },
        next: { default: 'more', exists: 'twice' },
      },
      more: {
        type: 'view',
        params: { components: [form([field('name', 'TEXT')], 'more')] },
        next: { default: 'end' },
      },
      end: { type: 'final' },
      twice: { type: 'fail', params: { code: 'TWICE', message: 'It went on twice' } },
    }),
  )
  const flowId = await begin()
  const answer = { flowId, actionId: 'next', inputs: { email } }
  const all = await Promise.all(Array.from({ length: 16 }, () => post(answer)))

  expect(all.map(({ status }) => status)).toEqual(Array(16).fill(200))
  expect(new Set(all.map(({ text }) => text)).size).toBe(1)
  expect(all[0]!.body.data.requiredParams).toEqual(['name'])
  expect(all.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(15)
  expect(faces.mail.list(50).filter(({ to }) => to.includes(email))).toHaveLength(1)
})
