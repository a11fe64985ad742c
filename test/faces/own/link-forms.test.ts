import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { type Faces, openFaces } from '../open-faces.ts'
import { parsed } from './parsed-page.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

const nonceIn = (text: string) => /name="nonce" value="([^"]*)"/.exec(text)?.[1] ?? ''

/** A link to a step of a kind; what is sent by it, and what the run came to. */
async function linked(type: string, params: JsonObject) {
  const { body } = await faces.execute(
    await faces.flow({
      metadata: { name: 'Linked' },
      triggers: [{ type: 'api' }],
      nodes: {
        ask: { type, name: 'The question', params: params as never, next: { default: 'end', error: 'sad' } },
        end: { type: 'final', params: { output: '{{ask}}' } },
        sad: { type: 'final', params: { output: '{{lastError.error}}' } },
      },
    } as JsonObject),
  )
  const as = faces.acme.token.user
  const made = await faces.send('POST', `/v1/waits/${body.waitState.waitId}/links`, { as, body: {} })
  const path = new URL(made.body.url).pathname
  return {
    look: () => faces.send('GET', path),
    async send(fields: Record<string, string>) {
      const nonce = nonceIn((await faces.send('GET', path)).text)
      return await faces.send('POST', path, {
        body: String(new URLSearchParams({ nonce, ...fields })),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
        },
      })
    },
    output: async () => (await faces.send('GET', `/v1/runs/${body.appRunId}`, { as })).body.output,
  }
}

const field = (identifier: string, variant: string, more: JsonObject = {}) => ({
  ...{ id: identifier, type: 'INPUT', variant },
  config: { identifier, label: `The ${identifier}`, ...more },
})
const join = { id: 'go', type: 'BUTTON', actionId: 'join', variant: 'PRIMARY', config: { text: 'Join' } }
const form = { id: 'form', type: 'FORM' }
const components = [
  { type: 'TYPOGRAPHY', variant: 'H2', config: { text: '<b>Welcome</b>' } },
  { type: 'RICH_TEXT', config: { text: '<p>Read <a href="https://app.example/terms">the terms</a></p>' } },
  {
    ...form,
    components: [
      field('email', 'EMAIL', { required: true, hint: 'Where we write to' }),
      field('age', 'NUMBER'),
      field('news', 'CHECKBOX'),
      field('pin', 'PASSWORD'),
      field('plan', 'DROPDOWN', {
        options: [
          { label: 'Small', value: 's' },
          { label: 'Large', value: 'l' },
        ],
      }),
      join,
    ],
  },
  { id: 'later', type: 'BUTTON', actionId: 'later', config: { text: 'Not now' } },
]

describe('a view on the page of a link', () => {
  test('is its form, with its texts, its fields and its actions', async () => {
    const { look } = await linked('view', { components: components as never })
    const { text, headers } = await look()

    for (const part of [
      '<h2>&#60;b&#62;Welcome',
      '<a href="https://app.example/terms">the terms</a>',
      'type="email" id="field-email" name="form.email"',
      'Where we write to',
      'type="number"',
      'type="checkbox"',
      'type="password"',
      '<option value="1">Large</option>',
      '<button type="submit" name="actionId" value="join">Join</button>',
      '<button type="submit" name="actionId" value="later" formnovalidate>Not now</button>',
    ])
      expect(text).toContain(part)
    expect(headers['content-security-policy']).toContain("script-src 'none'")
  })

  test('is sent with an action, and its values are what their fields want', async () => {
    const { send, output } = await linked('view', { components: components as never })
    const { status } = await send({
      ...{ actionId: 'join', 'form.email': 'ann@example.com', 'form.age': '41', 'form.plan': '1' },
      ...{ 'form.news': 'true', 'form.pin': 'canary-pin' },
    })

    expect(status).toBe(303)
    await expect.poll(output).toBeTruthy()
    const told = await output()
    expect(told).toMatchObject({ actionId: 'join', email: 'ann@example.com', age: 41, news: true, plan: 'l' })
    expect(JSON.stringify(told)).not.toContain('canary')
  })

  test('that is not right comes back with what is wrong at its field, and what was typed', async () => {
    const { send, output } = await linked('view', { components: components as never })
    const { status, text } = await send({ actionId: 'join', 'form.email': 'ann', 'form.pin': 'canary-pin' })

    expect(status).toBe(422)
    expect(text).toContain('id="field-email-error"')
    expect(text).toContain('<a href="#field-email">')
    expect(text).toContain('value="ann"')
    expect(text).not.toContain('canary')
    expect(await output()).toBeNull()
  })

  test('an action outside the form needs nothing of it', async () => {
    const { send, output } = await linked('view', { components: components as never })
    await send({ actionId: 'later' })

    await expect.poll(output).toMatchObject({ actionId: 'later' })
  })

  // Whoever had begun to fill in the form was once held up by what was wrong with it.
  test('an action outside the form leaves what stands in it where it is', async () => {
    const { send, output } = await linked('view', { components: components as never })
    const { status } = await send({ actionId: 'later', 'form.email': 'ann', 'form.age': 'x' })

    expect(status).toBe(303)
    await expect.poll(output).toEqual({ actionId: 'later' })
  })

  test.each(['http://wso2.org/claims/emailaddress', 'a~b'])(
    'tells at %s what is wrong with it',
    async (name) => {
      const { send } = await linked('view', {
        components: [
          { ...form, components: [field(name, 'EMAIL', { required: true, label: 'The address' }), join] },
        ],
      })
      const page = parsed((await send({ actionId: 'join', [`form.${name}`]: 'ann' })).text)

      expect(page.byId(`field-${name}`)).toMatchObject({ 'aria-invalid': 'true' })
      // It was once called by the name that the flow has for it.
      expect(page.textOf(`field-${name}-error`)).toBe('Enter a valid e-mail address')
      expect(page.all('a')).toContainEqual({ href: `#field-${name}` })
      expect(page.nodes.find(({ tag }) => tag === 'a')?.text).toBe(
        'The address: Enter a valid e-mail address',
      )
    },
  )

  test('has a box ticked that the author wants ticked, and says what is no error as none', async () => {
    const { look } = await linked('view', {
      components: [field('news', 'CHECKBOX', { defaultValue: 'true' }), join],
      messages: [{ message: 'Nearly done' }, { type: 'ERROR', message: 'Not yet' }],
    })
    const { text } = await look()

    expect(parsed(text).byId('field-news')).toHaveProperty('checked')
    expect(text).toContain('<p class="note" role="status">Nearly done</p>')
    expect(text).toContain('<p class="error" role="status">Not yet</p>')
  })
})

test('a prompt is asked for by its names', async () => {
  const { look, send, output } = await linked('prompt', { requiredParams: ['origin', 'deviceId'] })
  expect((await look()).text).toContain('name="form.deviceId"')
  expect((await send({ 'form.origin': 'here' })).status).toBe(422)
  expect((await send({ 'form.origin': 'here', 'form.deviceId': '7' })).status).toBe(303)

  await expect.poll(output).toEqual({ origin: 'here', deviceId: '7' })
})

test('a redirect is a way on, and takes no answer here', async () => {
  const { look, send } = await linked('redirect', { url: 'https://idp.example/authorize?client_id=app' })
  const { text } = await look()

  expect(text).toMatch(
    /<a href="https:\/\/idp\.example\/authorize\?client_id=app&#38;state=[\w-]{43}" rel="noreferrer">/,
  )
  expect(text).not.toContain('<form')
  expect((await send({ code: 'a' })).status).not.toBe(303)
})

test('a passkey is asked for by a button, whose script alone may run', async () => {
  const { look, send, output } = await linked('webauthn', {
    ...{ ceremony: 'get', rp: { id: 'app.example' } },
  })
  const { text, headers } = await look()

  expect(text).toContain('<button type="button">Use a passkey</button>')
  expect(text).toContain('data-ceremony="get"')
  expect(headers['content-security-policy']).toMatch(/script-src 'sha256-[\w+/=]+'/)
  expect((await send({ tokenResponse: 'nonsense' })).status).toBe(422)
  expect((await send({ failure: 'NotAllowedError' })).status).toBe(303)
  await expect.poll(output).toBe('WebAuthn.GivenUp')
})
