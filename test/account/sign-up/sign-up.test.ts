import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { call } from '../call.ts'
import { type AccountChild, startAccount } from '../child.ts'
import { openSignUp, type SignUpPage } from './open-page.ts'

let account: AccountChild
let page: SignUpPage
beforeAll(async () => {
  account = await startAccount()
  await answerWith(signUp)
  page = await openSignUp(account.url)
})
afterAll(async () => {
  page?.close()
  await account.stop()
})

const field = (identifier: string, variant: string, more: JsonObject = {}) => ({
  ...{ id: `${identifier}_field`, type: 'INPUT', variant },
  config: { identifier, label: identifier, required: true, ...more },
})

/** A form whose password must have twelve characters, a visit to another site, a user. */
const signUp: JsonObject = {
  metadata: { name: 'Sign up with a visit' },
  triggers: [{ type: 'journey', flowType: 'REGISTRATION', showMessages: true }],
  nodes: {
    form: {
      type: 'view',
      params: {
        components: [
          {
            ...{ id: 'form_1', type: 'FORM' },
            components: [
              field('email', 'EMAIL'),
              field('password', 'PASSWORD', {
                validations: [{ name: 'LengthValidator', conditions: [{ key: 'min.length', value: '12' }] }],
              }),
              { id: 'go', type: 'BUTTON', actionId: 'go', variant: 'PRIMARY', config: { text: 'Go on' } },
            ],
          },
        ],
      },
      next: { default: 'visit' },
    },
    visit: {
      type: 'redirect',
      params: { url: 'https://idp.example/authorize?client_id=app' },
      next: { default: 'create' },
    },
    create: {
      type: 'user.create',
      params: { email: '{{form.email}}', password: '{{form.password}}' },
      next: { default: 'end' },
    },
    end: { type: 'final', params: { outputs: { userId: '{{create.userId}}', code: '{{visit.code}}' } } },
  },
}

async function answerWith(definition: JsonObject): Promise<void> {
  const ends = { url: account.url, key: account.demo.apiKey }
  const made = await call<{ _id: string }>(ends, 'POST', '/v1/flow', { definition })
  await call(ends, 'POST', `/v1/flow/${made.body._id}/publish`, {})
  const response = await fetch(`${account.url}/v1/journeys/REGISTRATION`, {
    method: 'PUT',
    headers: {
      ...{ authorization: `Bearer ${account.demo.apiKey}`, 'content-type': 'application/json' },
      'if-match': '*',
    },
    body: JSON.stringify({ flowId: made.body._id, enabled: true }),
  })
  if (!response.ok) throw new Error(await response.text())
}

const steps = () => page.told.filter(({ what }) => what === 'step').map(({ value }) => value as JsonObject)

test('the published React component registers a user: a rejected password, a visit elsewhere, the end', async () => {
  await expect.poll(() => page.root.querySelector('input[name="password"]')).not.toBeNull()
  await page.type('email', 'react@example.com')
  await page.type('password', 'only-ten-1')
  await page.press('Go on')
  await expect.poll(() => page.root.textContent).toContain('Enter at least 12 characters')

  // The form is filled in anew: the component keeps nothing of what was refused.
  await page.type('email', 'react@example.com')
  await page.type('password', 'more than twelve')
  await page.press('Go on')
  await expect.poll(() => page.opened).toHaveLength(1)
  const state = new URL(page.opened[0]!).searchParams.get('state') ?? ''
  expect(state).toMatch(/^[\w-]{43}$/)

  page.comeBack({ code: '4/0AfJohX', state })
  await expect.poll(() => steps().at(-1)?.flowStatus).toBe('COMPLETE')
  expect(steps().at(-1)?.data).toMatchObject({ userId: expect.any(String), code: '4/0AfJohX' })
  expect(page.told.filter(({ what }) => what === 'error')).toEqual([])
})
