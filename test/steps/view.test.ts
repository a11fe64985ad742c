import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../shared/definitions/read.ts'
import type { Question } from '../../shared/steps/define.ts'
import { view } from '../../shared/steps/view.ts'
import type { Json, JsonObject } from '../../shared/world.ts'

const answering = { actor: 'user:3f', at: '2026-03-01T06:00:00.000Z' }

const input = (identifier: string, more: JsonObject = {}, variant = 'TEXT'): JsonObject => ({
  id: identifier,
  type: 'INPUT',
  variant,
  config: { identifier, ...more },
})
const submit: JsonObject = {
  id: 'submit',
  type: 'BUTTON',
  actionId: 'sign-up',
  variant: 'PRIMARY',
  config: { text: 'Continue' },
}
const form = (...components: JsonObject[]): JsonObject => ({
  id: 'form_1',
  type: 'FORM',
  components: [...components, submit],
})
const asking = (...components: JsonObject[]): Question => view.ask({ components: [form(...components)] })
const rule = (name: string, conditions: Record<string, string>, more: JsonObject = {}): JsonObject => ({
  type: 'RULE',
  name,
  conditions: Object.entries(conditions).map(([key, value]) => ({ key, value })),
  ...more,
})

/** The ids of everything that is wrong with an answer, by field; its output if nothing is. */
async function answer(question: Question, params: JsonObject, actionId: string | null = 'sign-up') {
  try {
    const accepted = await view.accept(question, { actionId, params }, answering)
    return accepted.ok ? accepted.output : accepted
  } catch (error) {
    const { code, details } = error as { code: string; details: { issues: { path: string; code: string }[] } }
    expect(code).toBe('validation_failed')
    return details.issues.map((issue) => `${issue.path} ${issue.code}`)
  }
}

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

describe('an answer', () => {
  test('is the action and the values by identifier', async () => {
    const question = asking(input('email', { required: true }, 'EMAIL'), input('age', {}, 'NUMBER'))

    expect(await answer(question, { email: 'a@b.example', age: '7' })).toEqual({
      actionId: 'sign-up',
      email: 'a@b.example',
      age: 7,
    })
    expect(await answer(question, { email: 'a@b.example', age: '' }, 'submit')).toEqual({
      actionId: 'sign-up',
      email: 'a@b.example',
    })
    expect(await answer(question, { email: 'a@b.example' }, null)).toMatchObject({ actionId: 'sign-up' })
  })

  test('of no action that there is names those that are', async () => {
    const question = view.ask({ components: [submit, { id: 'b', type: 'BUTTON' }] })

    for (const actionId of ['nope', '', null, '__proto__'])
      expect(await answer(question, {}, actionId)).toEqual(['/actionId action_unknown'])
    await expect(view.accept(question, { actionId: 'nope', params: {} }, answering)).rejects.toMatchObject({
      details: { issues: [{ message: 'This step has no such action; it has sign-up, b' }] },
    })
  })

  test('of another kind is told so', async () => {
    await expect(view.accept(asking(), { decision: 'approve' }, answering)).rejects.toMatchObject({
      code: 'conflict',
      details: { reason: 'wait_mismatch' },
    })
  })

  test('says all that is wrong in the order of the form, and repeats no value', async () => {
    const question = asking(
      input('email', { required: true }, 'EMAIL'),
      input('name', { required: true }),
      input('agree', { required: true }, 'CHECKBOX'),
    )
    const given = { email: 'canary', name: '  ', agree: false, role: 'canary' }

    expect(await answer(question, given)).toEqual([
      '/params/email email_invalid',
      '/params/name input_required',
      '/params/agree input_required',
      '/params/role input_unexpected',
    ])
    const refusal = await Promise.resolve(view.accept(question, { params: given }, answering)).catch(
      (error) => error,
    )
    expect(JSON.stringify(refusal.details)).not.toContain('canary')
  })

  test('an action that sends no form needs no values, but those that are sent are checked', async () => {
    const question = view.ask({
      components: [form(input('email', { required: true }, 'EMAIL')), { id: 'again', type: 'RESEND' }],
    })

    expect(await answer(question, {}, 'again')).toEqual({ actionId: 'again' })
    expect(await answer(question, { email: 'x' }, 'again')).toEqual(['/params/email email_invalid'])
    expect(await answer(question, {}, 'sign-up')).toEqual(['/params/email input_required'])
  })

  test.each<[string, Json[], Json[], string]>([
    ['TEXT', ['a', 'x'.repeat(10_000)], [1, true, {}, ['a']], 'input_type'],
    ['TEXT', [], ['x'.repeat(10_001)], 'length_max'],
    ['PASSWORD', ['x'.repeat(1024)], ['x'.repeat(1025)], 'length_max'],
    [
      'EMAIL',
      ['a@b.example'],
      ['a', 'a@b', '@b.c', 'a@.c', 'a@b.', 'a b@c.d', 'a@b@c.d', `${'a'.repeat(250)}@b.cd`],
      'email_invalid',
    ],
    ['TELEPHONE', ['+49 (30) 123-45.6'], ['1234', '+++++', '123456x', '1'.repeat(21)], 'tel_invalid'],
    ['NUMBER', [1.5, '-2', '0.25', 0], ['1e999', '0x10', 'abc', '01', 2 ** 53, 'Infinity'], 'number_invalid'],
    ['NUMBER', [], [true, [1], {}], 'input_type'],
    ['DATE', ['2026-02-28'], ['2026-02-30', '28.2.2026', '2026-2-1'], 'date_invalid'],
    ['CHECKBOX', [true, false, 'true', 'false'], ['yes', 1, []], 'input_type'],
    ['OTP', ['123456'], ['12345', '1234567'], 'otp_length'],
    ['DROPDOWN', ['red'], ['Red', 'blue'], 'option_invalid'],
  ])('%s takes %j and not %j: %s', async (variant, good, wrong, id) => {
    const more: JsonObject =
      variant === 'OTP'
        ? { length: 6 }
        : variant === 'DROPDOWN'
          ? { options: [{ label: 'Red', value: 'red' }] }
          : {}
    const question = asking(input('a', more, variant))

    for (const value of good) expect(await answer(question, { a: value })).toHaveProperty('a')
    for (const value of wrong) expect(await answer(question, { a: value })).toEqual([`/params/a ${id}`])
  })

  test.each<[JsonObject, string, string, string]>([
    [rule('LengthValidator', { 'min.length': '3', 'max.length': '4' }), 'äöü', 'äö', 'length_min'],
    [rule('LengthValidator', { 'max.length': '2' }), '😀😀', '😀😀😀', 'length_max'],
    [rule('UpperCaseValidator', { 'min.length': '1' }), 'aÄ', 'ab', 'uppercase_missing'],
    [rule('LowerCaseValidator', { 'min.length': '2' }), 'abC', 'aBC', 'lowercase_missing'],
    [rule('NumeralValidator', { 'min.length': '1' }), 'a1', 'ab', 'numeral_missing'],
    [rule('SpecialCharacterValidator', { 'min.length': '1' }), 'a!', 'a b1', 'special_missing'],
    [rule('PatternValidator', { pattern: '^[a-z]{2}\\d$' }), 'ab1', 'ab12', 'pattern_mismatch'],
  ])('%j takes %j and not %j: %s', async (validation, good, wrong, id) => {
    const question = asking(input('a', { validations: [validation] }))

    expect(await answer(question, { a: good })).toMatchObject({ a: good })
    expect(await answer(question, { a: wrong })).toEqual([`/params/a ${id}`])
    expect(await answer(question, {})).toEqual({ actionId: 'sign-up' })
  })

  test('two fields are the same, by a rule of the step with its own words', async () => {
    const question = view.ask({
      components: [form(input('p', {}, 'PASSWORD'), input('again', {}, 'PASSWORD'))],
      validations: [
        rule('EqualityValidator', { other: 'p' }, { identifier: 'again', message: 'Type it twice' }),
      ],
    })

    expect(await answer(question, { p: 'a', again: 'a' })).toMatchObject({ p: 'a' })
    expect(await answer(question, { p: 'a', again: 'b' })).toEqual(['/params/again not_equal'])
    expect(await answer(question, { again: 'b' })).toEqual(['/params/again not_equal'])
    await expect(
      Promise.resolve(view.accept(question, { params: { p: 'a', again: 'b' } }, answering)),
    ).rejects.toMatchObject({ details: { issues: [{ message: 'again: Type it twice' }] } })
  })

  test.each(['(x+x+)+y', '(a|a)*b', '^(([a-z])+.)+[A-Z]([a-z])+$', '(.*)*$x'])(
    'H10 the pattern %s costs no time, whatever it is given',
    async (pattern) => {
      const question = asking(input('a', { validations: [rule('PatternValidator', { pattern })] }))
      const began = performance.now()

      expect(await answer(question, { a: `${'xa'.repeat(4999)}!` })).toEqual(['/params/a pattern_mismatch'])
      expect(performance.now() - began).toBeLessThan(3000)
    },
  )

  test('names the values that must not be seen', async () => {
    const question = asking(
      input('p', {}, 'PASSWORD'),
      { type: 'INPUT', config: { identifier: 'q', type: 'password' } },
      input('pin', { sensitive: true }),
      input('name'),
    )

    expect(await view.accept(question, { params: { p: 'a', name: 'b' } }, answering)).toMatchObject({
      sealed: [['p'], ['q'], ['pin']],
      outcome: { actionId: 'sign-up' },
    })
  })

  test('of a thousand unknown values tells of a hundred', async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x${index}`, 1]))

    expect(await answer(asking(), many)).toHaveLength(100)
  })
})
