import { describe, expect, test } from 'vitest'
import { view } from '../../shared/steps/view.ts'
import type { Json, JsonObject } from '../../shared/world.ts'
import { form, input, submit } from './view-fixture.ts'

describe('the question', () => {
  test('is the blueprint of the seed, with what an answer needs', () => {
    const components = [
      form(
        input('email', { label: 'Email', required: true }, 'EMAIL'),
        input('password', { label: 'Password', required: true }, 'PASSWORD'),
      ),
    ]

    expect(view.ask({ components })).toEqual({
      kind: 'view',
      components,
      requiredParams: ['email', 'password'],
      actionIds: ['sign-up'],
    })
  })

  test('has texts for values of any kind, names for actions, and no default of a password', () => {
    const { components } = view.ask({
      components: [
        { type: 'TYPOGRAPHY', config: { text: 12 } },
        { type: 'TYPOGRAPHY', config: { text: null } },
        form(input('a', { defaultValue: null }), input('p', { defaultValue: 'canary' }, 'PASSWORD')),
        { id: 'again', type: 'RESEND' },
      ],
    })

    expect(components).toMatchObject([
      { id: 'typography_0', config: { text: '12' } },
      { config: { text: '' } },
      { components: [{ config: { identifier: 'a' } }, { config: { identifier: 'p' } }, {}] },
      { id: 'again', actionId: 'again', config: {} },
    ])
    expect(JSON.stringify(components)).not.toMatch(/canary|null/)
  })

  test('fills values into HTML as text', () => {
    const { components } = view.ask({
      components: [
        submit,
        { type: 'RICH_TEXT', config: { text: { html: ['<p>', '<script>&"\0{{1}}', '</p>'] } } },
      ],
    })

    expect(components).toMatchObject([{}, { config: { text: '<p>&lt;script&gt;&amp;&quot;{{1}}</p>' } }])
  })

  test('says the messages that have a text', () => {
    const said = (messages: Json) => view.ask({ components: [submit], messages }).messages

    expect(
      said([{ message: '' }, { message: null }, { type: 'ERROR', message: 'Wrong', i18nKey: 'code' }]),
    ).toEqual([{ type: 'ERROR', message: 'Wrong', i18nKey: 'code' }])
    expect(said(null)).toBeUndefined()
  })

  test.each<[string, JsonObject]>([
    ['options that came out null', { components: [form(input('a', { options: null }, 'DROPDOWN'))] }],
    [
      'options that are numbers',
      { components: [form({ type: 'SELECT', config: { identifier: 'a', options: [1] } })] },
    ],
    ['an image from elsewhere', { components: [{ type: 'IMAGE', config: { src: 'javascript:alert(1)' } }] }],
    ['messages that are text', { components: [submit], messages: 'no' }],
  ])('%s make none', (_, args) => {
    expect(() => view.ask(args)).toThrow(expect.objectContaining({ code: 'View.BadQuestion' }))
  })
})
