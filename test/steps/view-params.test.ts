import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../shared/definitions/read.ts'
import type { Json, JsonObject } from '../../shared/world.ts'
import { form, input, rule, submit } from './view-fixture.ts'

function problems(params: JsonObject, triggers: JsonObject[] = [{ type: 'api' }]): string[] {
  const nodes = {
    ask: { type: 'view', params, next: { default: 'end' } },
    end: { type: 'final', params: {} },
  }
  const document = { metadata: { name: 'View' }, triggers, nodes } as unknown as JsonObject
  return readDefinition(document).problems.map(({ severity, code, path }) => `${severity} ${code} ${path}`)
}
const inView = (...components: Json[]) => problems({ components })
const at = '/nodes/ask/params/components'

describe('what an author may write', () => {
  test('every type and variant', () => {
    const variants = ['TEXT', 'PASSWORD', 'EMAIL', 'TELEPHONE', 'NUMBER', 'DATE', 'OTP', 'CHECKBOX']
    const options = [{ label: 'Red', key: 'r', value: 'red' }]

    expect(
      inView(
        form(
          ...variants.map((variant) => input(variant, {}, variant)),
          input('DROPDOWN', { options }, 'DROPDOWN'),
          { type: 'SELECT', config: { identifier: 'size', options: ['s', 'm'] } },
          { type: 'CAPTCHA', variant: 'RECAPTCHA_V2', config: { version: 'v2', siteKey: 'k' } },
        ),
        ...['H1', 'H6', 'BODY1', 'BODY2'].map((variant) => ({
          type: 'TYPOGRAPHY',
          variant,
          config: { text: '{{1 + 1}}' },
        })),
        {
          type: 'RICH_TEXT',
          config: { text: '<p>Hi <b>{{user.email}}</b> <a href="https://x.example/">x</a></p>' },
        },
        { type: 'DIVIDER', variant: 'HORIZONTAL' },
        { type: 'IMAGE', variant: 'IMAGE_BLOCK', config: { src: 'https://x.example/a.png', alt: 'A' } },
        { id: 'again', type: 'RESEND', config: { text: 'Send again' } },
        ...['PRIMARY', 'SECONDARY', 'TEXT', 'SOCIAL'].map((variant) => ({
          id: `button ${variant}`,
          type: 'BUTTON',
          variant,
        })),
      ),
    ).toEqual([])
  })

  test.each<[string, Json[], string[]]>([
    ['no components', [], [`too_small ${at}`, `required ${at}`]],
    ['no action', [{ type: 'DIVIDER' }], [`required ${at}`]],
    ['a BUTTON without action', [submit, { type: 'BUTTON' }], [`required ${at}/1/actionId`]],
    ['an INPUT without config', [form({ type: 'INPUT' })], [`required ${at}/0/components/0/config`]],
    [
      'an INPUT without identifier',
      [form({ type: 'INPUT', config: {} })],
      [`required ${at}/0/components/0/config/identifier`],
    ],
    ['an unknown type', [submit, { type: 'TABLE' }], [`invalid_value ${at}/1/type`]],
    ['an unknown variant', [form(input('a', {}, 'COLOUR'))], [`invalid_value ${at}/0/components/0/variant`]],
    ['an unknown key', [{ ...submit, colour: 'red' }], [`unknown_key ${at}/0/colour`]],
    ['a FORM in a FORM', [form(form())], [`invalid_value ${at}/0/components/0/type`]],
    [
      'an action that is an outcome',
      [{ ...submit, actionId: 'timeout' }],
      [`invalid_value ${at}/0/actionId`],
    ],
    ['an id that is an outcome', [{ id: 'error', type: 'BUTTON' }], [`invalid_value ${at}/0/id`]],
    [
      'an identifier that the result has',
      [form(input('actionId'))],
      [`invalid_value ${at}/0/components/0/config/identifier`],
    ],
    [
      'an identifier twice',
      [form(input('a'), { ...input('a'), id: 'b' })],
      [`duplicate_identifier ${at}/0/components/1/config/identifier`],
    ],
    ['an id twice', [form(input('a'), { ...input('b'), id: 'a' })], [`duplicate_id ${at}/0/components/1/id`]],
    ['an action twice', [submit, { ...submit, id: 'b' }], [`duplicate_actionId ${at}/1/actionId`]],
    [
      // Whoever pressed the second by its id once did what the first does.
      'an id that is another’s action',
      [
        { ...submit, id: 'a', actionId: 'b' },
        { ...submit, id: 'b', actionId: 'c' },
      ],
      [`duplicate_actionId ${at}/1/id`],
    ],
    [
      'a DROPDOWN without options',
      [form(input('a', {}, 'DROPDOWN'))],
      [`required ${at}/0/components/0/config/options`],
    ],
    [
      'options of a TEXT',
      [form(input('a', { options: [{ label: 'A', value: 'a' }] }))],
      [`not_supported ${at}/0/components/0/config/options`],
    ],
    [
      'an http image',
      [submit, { type: 'IMAGE', config: { src: 'http://x.example/a.png' } }],
      [`invalid_value ${at}/1/config/src`],
    ],
    [
      'a default of a password',
      [form(input('a', { defaultValue: 'x' }, 'PASSWORD'))],
      [`not_supported ${at}/0/components/0/config/defaultValue`],
    ],
    [
      'an unknown rule',
      [form(input('a', { validations: [rule('Magic', { a: 'b' })] }))],
      [`invalid_value ${at}/0/components/0/config/validations/0/name`],
    ],
    [
      'a count that is none',
      [form(input('a', { validations: [rule('LengthValidator', { 'min.length': 'many' })] }))],
      [`invalid_value ${at}/0/components/0/config/validations/0/conditions/0/value`],
    ],
    [
      'a field to equal that is not there',
      [form(input('a', { validations: [rule('EqualityValidator', { other: 'b' })] }))],
      [`unknown_identifier ${at}/0/components/0/config/validations/0/conditions`],
    ],
  ])('%s is refused where it stands', (_, components, found) => {
    expect(inView(...components)).toEqual(found.map((one) => `error ${one}`))
  })

  test('a rule of the step names a field of it', () => {
    const validations = [rule('LengthValidator', { 'min.length': '2' }, { identifier: 'gone' })]

    expect(problems({ components: [form(input('a'))], validations })).toEqual([
      'error unknown_identifier /nodes/ask/params/validations/0/identifier',
    ])
  })

  test.each(['a(?=b)', '(a)\\1', '(?<!a)b', '[', '((a{30}){30}){30}', '(', `${'(a?){900}'.repeat(6)}`])(
    'H10 the pattern %s is refused at save',
    (pattern) => {
      expect(inView(form(input('a', { validations: [rule('PatternValidator', { pattern })] })))).toEqual([
        `error bad_pattern ${at}/0/components/0/config/validations/0/conditions/0/value`,
      ])
    },
  )

  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<p onclick="x">a</p>',
    '<p style="x">a</p>',
    '<a href="javascript:alert(1)">a</a>',
    '<a href="https://u:p@x.example/">a</a>',
    '<a href="https://x.example/" target="_blank">a</a>',
    '<a href="{{inputs.url}}">a</a>',
    '<{{inputs.tag}}>',
    '<p>1 < 2</p>',
    '<!-- a -->',
    '<svg><p>a</p></svg>',
    '<p',
  ])('the HTML %s is refused at save', (text) => {
    expect(inView(submit, { type: 'RICH_TEXT', config: { text } })).toEqual([
      `error invalid_value ${at}/1/config/text`,
    ])
  })
})

test.each([
  ['conditions', { conditions: [{ key: 'pattern', value: '{{inputs.pattern}}' }] }],
  ['message', { conditions: [{ key: 'pattern', value: 'a' }], message: '{{inputs.message}}' }],
])('a rule is fixed: its %s has no expressions', (_, more) => {
  const problem = inView(form(input('a', { validations: [{ name: 'PatternValidator', ...more }] })))

  expect(problem).toEqual([
    expect.stringMatching(/^error invalid_value .*validations\/0\/(conditions\/0\/value|message)$/),
  ])
})

// Two forms that may be filled in in any order once needed a step behind each, and were said to keep people waiting.
test('in a journey the last view of a body leads out of it', () => {
  const asks = (id: string) => ({ nodes: { [id]: { type: 'view', params: { components: [submit] } } } })
  const { problems } = readDefinition({
    metadata: { name: 'Views' },
    triggers: [{ type: 'journey', flowType: 'SURVEY' }],
    nodes: {
      both: { type: 'parallel', params: { branches: { a: asks('one'), b: asks('other') } }, next: 'end' },
      end: { type: 'final', params: { output: '{{both}}' } },
    },
  })

  expect(problems.map(({ severity, code }) => [severity, code])).toEqual([
    ['warning', 'outcome_without_row'],
    ['warning', 'outcome_without_row'],
  ])
  expect(problems[0]?.message).toMatch(/the body ends there successfully$/)
})

test('in a journey every action leads somewhere', () => {
  const document = (next: JsonObject) => ({
    metadata: { name: 'View' },
    triggers: [{ type: 'journey', flowType: 'REGISTRATION' }],
    nodes: {
      ask: { type: 'view', params: { components: [submit, { id: 'b', type: 'BUTTON' }] }, next },
      end: { type: 'final', params: {} },
    },
  })
  const errors = (next: JsonObject) =>
    readDefinition(document(next)).problems.filter(({ severity }) => severity === 'error')

  expect(errors({ 'sign-up': 'end' })).toMatchObject([
    { code: 'action_without_target', path: '/nodes/ask/next' },
  ])
  expect(errors({ 'sign-up': 'end', b: 'end' })).toEqual([])
  expect(errors({ default: 'end' })).toEqual([])
})
