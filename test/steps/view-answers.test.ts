import { describe, expect, test } from 'vitest'
import { view } from '../../shared/steps/view.ts'
import type { Json, JsonObject } from '../../shared/world.ts'
import { answer, answering, asking, form, input, rule, submit } from './view-fixture.ts'

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
      ['a', 'a@b', '@b.c', 'a@.c', 'a@b.', 'a b@c.d', 'a@b@c.d', 'a\0@b.cd', `${'a'.repeat(250)}@b.cd`],
      'email_invalid',
    ],
    ['TELEPHONE', ['+49 (30) 123-45.6'], ['1234', '+++++', '123456x', '1'.repeat(21)], 'tel_invalid'],
    // What browsers give of a field for numbers was once refused where it had an exponent, or no digit before the point.
    ['NUMBER', [1.5, '-2', '0.25', 0, '1e5', '-.5', '0.12345678901234567'], [], ''],
    [
      'NUMBER',
      [],
      ['1e999', '1e-999', '9007199254740993', '0x10', 'abc', '01', '5.', 2 ** 53, 'Infinity'],
      'number_invalid',
    ],
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

  // A new password was once taken without its repetition, where neither had to be given.
  test('one that is left out is not the same as one that is given; both may be left out', async () => {
    const again = input('again', { validations: [rule('EqualityValidator', { other: 'p' })] }, 'PASSWORD')
    const question = view.ask({
      components: [form(input('p', {}, 'PASSWORD'), again), { id: 'skip', type: 'RESEND' }],
    })

    expect(await answer(question, { p: 'a' })).toEqual(['/params/again not_equal'])
    expect(await answer(question, { p: 'a', again: ' ' })).toEqual(['/params/again not_equal'])
    expect(await answer(question, {})).toEqual({ actionId: 'sign-up' })
    expect(await answer(question, { p: 'a' }, 'skip')).toMatchObject({ actionId: 'skip' })
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
