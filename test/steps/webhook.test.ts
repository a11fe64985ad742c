import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { webhook } from '../../shared/steps/webhook.ts'
import { fakeTools } from './fake-tools.ts'

const url = 'https://hooks.example.com/in'

test('posts its body, unsigned without a secret', async () => {
  const tools = fakeTools()

  await webhook.run({ url, body: { a: 1 } }, tools)

  expect(tools.requests[0]).toMatchObject({ method: 'POST', url, body: '{"a":1}' })
  expect(tools.requests[0]?.headers).not.toHaveProperty('webhook-signature')
})

test('posts nothing if it has no body', async () => {
  const tools = fakeTools()

  await webhook.run({ url }, tools)

  expect(tools.requests[0]).not.toHaveProperty('body')
})

test('signs as Standard Webhooks says, with an id that is the same at each try', async () => {
  const secret = `whsec_${Buffer.from('a key of some length').toString('base64')}`
  const tools = fakeTools({}, { now: Date.now })

  await webhook.run({ url, body: { a: 1 }, secret }, tools)

  const { headers, body } = tools.requests[0] ?? { headers: {} as Record<string, string> }
  expect(new Webhook(secret).verify(body ?? '', headers)).toEqual({ a: 1 })
  expect(headers['webhook-id']).toBe('effect-1')
})

test('a secret that is no key is an error of the step, and is not in its message', async () => {
  const call = webhook.run({ url, secret: 'not-base64-!' }, fakeTools())

  await expect(call).rejects.toMatchObject({
    code: 'Webhook.BadSecret',
    message: expect.not.stringContaining('not-base64'),
  })
})

test('a secret may only be written as a reference', () => {
  expect(webhook.params.safeParse({ url, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }).success).toBe(
    false,
  )
  expect(webhook.params.safeParse({ url, secret: '{{secrets.HOOK}}' }).success).toBe(true)
})
