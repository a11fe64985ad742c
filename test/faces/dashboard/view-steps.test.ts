import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import { type Faces, openFaces } from '../open-faces.ts'

const canary = 'canary-Pa55!word'

/** The form of seed 000, on its way to what was typed, to another form, or to the end of time. */
const signingUp: JsonObject = {
  metadata: { name: 'Sign-up' },
  triggers: [{ type: 'api' }],
  nodes: {
    form: {
      type: 'view',
      params: {
        components: [
          { id: 'hello', type: 'RICH_TEXT', config: { text: '<p>Hi <b>{{inputs.name}}</b></p>' } },
          {
            id: 'form_1',
            type: 'FORM',
            components: [
              {
                id: 'email',
                type: 'INPUT',
                variant: 'EMAIL',
                config: { identifier: 'email', label: 'E-mail of {{inputs.name}}', required: true },
              },
              {
                id: 'password',
                type: 'INPUT',
                variant: 'PASSWORD',
                config: {
                  identifier: 'password',
                  required: true,
                  validations: [
                    {
                      type: 'RULE',
                      name: 'PatternValidator',
                      conditions: [{ key: 'pattern', value: '[!?]' }],
                    },
                  ],
                },
              },
              { id: 'pin', type: 'INPUT', config: { identifier: 'pin', sensitive: true } },
              { id: 'submit', type: 'BUTTON', actionId: 'submit-registration', config: { text: 'Continue' } },
            ],
          },
          { id: 'cancel', type: 'BUTTON', variant: 'SECONDARY', config: { type: 'button', text: 'Cancel' } },
        ],
        messages: [{ type: 'INFO', message: '{{inputs.note}}' }],
      },
      next: { cancel: 'gone', default: 'end' },
    },
    gone: { type: 'final', params: { output: 'cancelled' } },
    end: {
      type: 'final',
      params: {
        outputs: { action: '{{form.actionId}}', email: '{{form.email}}', secret: '{{form.password}}' },
      },
    },
  },
}

let faces: Faces
let as: string
let flow: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
  flow = await faces.flow(signingUp)
})
afterAll(() => faces.close())

const begin = async (inputs: JsonObject = { name: '<i>Ann</i>' }) => (await faces.execute(flow, inputs)).body
const resume = (run: string, body: unknown) =>
  faces.send('POST', `/v1/flowrun/resume/${run}`, { as, body, headers: {} })
const good = { email: 'ann@example.com', password: canary, pin: `${canary} 2` }

test('a view is asked with its components, and what an answer needs', async () => {
  const { waitState, pendingAction } = await begin()

  expect(waitState.type).toBe('view')
  expect(pendingAction).toMatchObject({
    type: 'view',
    requiredParams: ['email', 'password'],
    actionIds: ['submit-registration', 'cancel'],
    components: [
      { config: { text: '<p>Hi <b>&lt;i&gt;Ann&lt;/i&gt;</b></p>' } },
      { components: [{ config: { label: 'E-mail of <i>Ann</i>' } }, {}, {}, {}] },
      { actionId: 'cancel' },
    ],
  })
  expect(pendingAction).not.toHaveProperty('messages')
})

test('what an author says with it is there while it has a text', async () => {
  const { pendingAction } = await begin({ note: 'The code was wrong' })

  expect(pendingAction.messages).toEqual([{ type: 'INFO', message: 'The code was wrong' }])
})

test('its answer leads on, and what must not be seen is in no reply and no row', async () => {
  const { appRunId } = await begin()
  const answered = await resume(appRunId, { actionId: 'submit-registration', params: good })
  const again = await resume(appRunId, { actionId: 'submit-registration', params: good })
  const other = await resume(appRunId, { actionId: 'submit-registration', params: { ...good, pin: '1' } })
  const reads = await Promise.all(
    ['details', 'detailed', 'steps', 'context', 'outputs'].map((view) =>
      faces.send('GET', `/v1/flowrun/${view}/${appRunId}`, { as }),
    ),
  )

  expect(answered.body).toEqual({
    status: 'completed',
    appRunId,
    output: { action: 'submit-registration', email: 'ann@example.com', secret: '•••' },
  })
  expect(again.headers['idempotency-replayed']).toBe('true')
  expect([other.status, other.body.error.details.outcome]).toEqual([409, { actionId: 'submit-registration' }])
  const texts = [answered, again, other, ...reads].map(({ text }) => text)
  for (const text of [...texts, JSON.stringify(await allItems(faces.world)), JSON.stringify(faces.events)])
    expect(text).not.toContain('canary')
  expect(texts.join()).not.toContain('sluice-sealed')
})

test('another action takes its own way, by its actionId or its id', async () => {
  const { appRunId } = await begin()

  expect((await resume(appRunId, { actionId: 'cancel', params: {} })).body.output).toBe('cancelled')
})

describe('refused with every problem, and still waiting', () => {
  test.each<[string, JsonObject, string[]]>([
    [
      'values that do not fit',
      { actionId: 'submit', params: { email: canary, password: canary.replace('!', ''), role: 'admin' } },
      ['/params/email email_invalid', '/params/password pattern_mismatch', '/params/role input_unexpected'],
    ],
    [
      'nothing at all',
      { actionId: 'submit', params: {} },
      ['/params/email input_required', '/params/password input_required'],
    ],
    [
      'values of another kind',
      { actionId: 'submit', params: { email: ['a@b.example'], password: { toString: canary }, pin: 5 } },
      ['/params/email input_type', '/params/password input_type', '/params/pin input_type'],
    ],
    [
      'a password without end',
      { actionId: 'submit', params: { email: 'a@b.example', password: `${canary}${'x'.repeat(2000)}` } },
      ['/params/password length_max'],
    ],
    ['an unknown action', { actionId: 'nope', params: good }, ['/actionId action_unknown']],
    ['no action where there are two', { params: good }, ['/actionId action_unknown']],
  ])('%s', async (_, body, found) => {
    const { appRunId } = await begin()
    const { status, body: refusal, text } = await resume(appRunId, body)
    const poll = await faces.send('GET', `/v1/flowrun/poll/${appRunId}`, { as })

    expect([status, refusal.error.code, poll.body.status]).toEqual([422, 'validation_failed', 'waiting'])
    const issues = refusal.error.details.issues as { path: string; code: string }[]
    expect(issues.map(({ path, code }) => `${path} ${code}`)).toEqual(found)
    expect(text).not.toContain('canary')
    expect(JSON.stringify(await allItems(faces.world))).not.toContain('canary')
  })

  test.each<[string, unknown, number]>([
    ['a decision', { decision: 'approve' }, 409],
    ['a tool', { toolResult: { success: true } }, 409],
    ['no params', { actionId: 'cancel' }, 422],
    ['a list of params', { actionId: 'cancel', params: [] }, 422],
    ['an action that is no text', { actionId: 5, params: {} }, 422],
    [
      'a prototype',
      '{"actionId":"cancel","params":{"__proto__":{"email":"a@b.example"},"constructor":1}}',
      400,
    ],
  ])('%s', async (_, body, expected) => {
    const { appRunId } = await begin()
    const { status } = await resume(appRunId, body)
    const poll = await faces.send('GET', `/v1/flowrun/poll/${appRunId}`, { as })

    expect([status, poll.body.status]).toEqual([expected, 'waiting'])
  })
})

test('values that make no form fail the step with a code', async () => {
  const options = '{{inputs.colours}}'
  const id = await faces.flow({
    metadata: { name: 'Choosing' },
    triggers: [{ type: 'api' }],
    nodes: {
      choose: {
        type: 'show-form',
        params: {
          components: [
            {
              id: 'f',
              type: 'FORM',
              components: [{ type: 'SELECT', config: { identifier: 'colour', options } }],
            },
            { id: 'ok', type: 'BUTTON' },
          ],
        },
      },
    },
  })
  const asked = await faces.execute(id, { colours: ['red', 'blue'] })
  const failed = await faces.execute(id, { colours: null })

  expect(asked.body.pendingAction.components[0].components[0].config.options).toEqual(['red', 'blue'])
  expect([failed.status, failed.body.error.details.code]).toEqual([422, 'View.BadQuestion'])
})

test('the wait’s own route shows the question and takes the same answer', async () => {
  const { appRunId, pendingAction } = await begin()
  const path = `/v1/waits/${pendingAction.executionId}`
  const { body } = await faces.send('GET', path, { as })
  const body422 = { actionId: 'submit', params: { email: 'a' } }
  const refused = await faces.send('POST', `${path}/answer`, { as, body: body422 })
  const answered = await faces.send('POST', `${path}/answer`, {
    as,
    body: { actionId: 'submit', params: good },
  })
  const read = await faces.send('GET', path, { as })

  expect(body).toMatchObject({ kind: 'view', question: { actionIds: ['submit-registration', 'cancel'] } })
  expect([refused.status, answered.status]).toEqual([422, 200])
  expect(read.body).toMatchObject({
    runId: appRunId,
    status: 'answered',
    outcome: { actionId: 'submit-registration' },
  })
  expect(refused.text + answered.text + read.text).not.toContain('canary')
})

test('editors are offered the ways on that the buttons name', async () => {
  const values = (signingUp.nodes as Record<string, JsonObject>).form?.params as JsonObject
  const ask = async (of: JsonObject) => {
    const body = { stepType: 'view', field: 'next', values: of }
    const answer = await faces.send('POST', '/v1/flow/step-field-items', { as, body })
    return answer.body.items.map((item: { value: string }) => item.value)
  }

  expect(await ask(values)).toEqual(['submit-registration', 'cancel', 'timeout', 'default'])
  expect(await ask({})).toEqual(['timeout', 'default'])
  expect(await ask({ components: [null, 5, { type: 'BUTTON' }] })).toEqual(['timeout', 'default'])
})

test('the catalogue has it, and it is exported as it stands', async () => {
  const { body } = await faces.send('GET', '/v1/flow/preferences', { as })
  const { text } = await faces.send('GET', `/v1/flow/${flow}/export`, { as })

  expect(body.steps.find(({ type }: { type: string }) => type === 'view')).toMatchObject({
    aliases: ['show-form'],
    kind: 'wait',
    output: ['actionId'],
    params: { required: ['components'] },
  })
  expect(text).toContain('submit-registration')
})
