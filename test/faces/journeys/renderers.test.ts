import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { end, field, form, journey } from './flows.ts'
import { type Journeys, openJourneys } from './open-journeys.ts'

let faces: Journeys
beforeAll(async () => {
  faces = await openJourneys()
})
afterAll(() => faces.close())

describe('what renderers cannot do without', () => {
  const components = [
    { id: 'hello', type: 'TYPOGRAPHY', variant: 'H1', config: { text: 'Hello {{inputs.name}}' } },
    form([{ ...field('mail', 'EMAIL'), id: 'mail_field' }, field('age', 'NUMBER', { required: false })]),
    { id: 'again', type: 'RESEND' },
    { id: 'skip', type: 'BUTTON', actionId: 'skip', config: { text: 'Skip' } },
    { id: 'bare', type: 'BUTTON', actionId: 'bare' },
  ]
  const flow = (more: JsonObject) =>
    journey(
      { ask: { type: 'view', params: { components: components as never }, next: { default: 'end' } }, end },
      'REGISTRATION',
      {
        inputs: [{ name: 'name', type: 'text', default: 'you' }],
        ...more,
      },
    )

  test('is added, and what the author says stands', async () => {
    await faces.answers(flow({}))
    const { body } = await faces.post({ flowType: 'REGISTRATION', inputs: { name: 'Ada', other: 1 } })
    const [hello, drawn, again, skip, bare] = body.data.components

    expect(hello.config.text).toBe('Hello Ada')
    expect(drawn.components[0].config.name).toBe('mail')
    expect(drawn.components[1].config.name).toBeUndefined()
    expect(again).toEqual({ id: 'again', type: 'RESEND', actionId: 'again', config: { type: 'button' } })
    expect([skip.config, bare.config]).toEqual([{ text: 'Skip', type: 'button' }, { type: 'button' }])
  })

  test('an action outside the form needs none of its values', async () => {
    await faces.answers(flow({}))
    const { body } = await faces.begin()
    const done = await faces.answer(body.flowId, 'skip', {})

    expect(done.body.data).toEqual({ actionId: 'skip' })
  })

  test('errors are drawn as texts for clients that draw nothing else, if the author says so', async () => {
    await faces.answers(flow({ showMessages: true }))
    const { body } = await faces.begin()
    const { body: again } = await faces.answer(body.flowId, 'submit', { mail: 'x' })

    expect(again.data.components[0]).toEqual({
      ...{ id: 'message_1', type: 'TYPOGRAPHY', variant: 'BODY1' },
      config: { text: 'Enter a valid e-mail address' },
    })
    expect(again.data.components.slice(1)).toEqual(body.data.components)
  })
})
