import { describe, expect, test } from 'vitest'
import { approval } from '../../shared/steps/approval.ts'
import type { JsonObject } from '../../shared/world.ts'

const answering = { actor: 'user:3f', at: '2026-03-01T06:00:00.000Z' }
const form = [
  { name: 'reason', type: 'text', required: true },
  { name: 'amount', type: 'number', default: 1 },
]

describe('the question', () => {
  test('says what is asked, how many must agree, and who may', () => {
    const question = approval.ask({
      message: 'Renew?',
      approvals: 2,
      approvers: ['a', 'b'],
      allowSelf: false,
      form,
    })

    expect(question).toEqual({
      kind: 'approval',
      message: 'Renew?',
      options: ['approve', 'reject'],
      approvals: { needed: 2, given: 0 },
      allowSelf: false,
      approvers: ['a', 'b'],
      form,
    })
  })

  // An expression that found nothing was asked as `""`, with its quotation marks.
  test.each([
    [null, ''],
    [undefined, ''],
    [5, '5'],
    [{ a: 1 }, '{"a":1}'],
  ])('asks %j as %j', (message, asked) => {
    expect(approval.ask(message === undefined ? {} : { message })).toMatchObject({ message: asked })
  })

  test('asks anybody, once, if nothing else is said', () => {
    expect(approval.ask({ message: 'Renew?' })).toEqual({
      kind: 'approval',
      message: 'Renew?',
      options: ['approve', 'reject'],
      approvals: { needed: 1, given: 0 },
      allowSelf: true,
    })
  })

  test.each<[string, JsonObject]>([
    ['an empty list of approvers', { approvers: [] }],
    ['a list that came out null', { approvers: [null] }],
    ['more approvals than approvers', { approvers: ['a'], approvals: 2 }],
  ])('%s is no question', (_, args) => {
    expect(() => approval.ask({ message: 'Renew?', ...args })).toThrow(
      expect.objectContaining({ code: 'Approval.BadQuestion' }),
    )
  })
})

describe('an answer', () => {
  const question = approval.ask({ message: 'Renew?' })

  test('becomes the decision, when it was made, and by whom', () => {
    expect(approval.accept(question, { decision: 'approve', message: 'fine' }, answering)).toEqual({
      ok: true,
      output: { decision: 'approve', decidedAt: answering.at, decidedBy: 'user:3f', message: 'fine' },
      outcome: { decision: 'approve' },
    })
  })

  test('never says by itself who gave it', () => {
    expect(() =>
      approval.accept(question, { decision: 'approve', decidedBy: 'user:boss' }, answering),
    ).toThrow(expect.objectContaining({ code: 'validation_failed' }))
  })

  test.each<[JsonObject, string]>([
    [{ toolResult: { success: true } }, 'conflict'],
    [{ params: {} }, 'conflict'],
    [{}, 'validation_failed'],
    [{ decision: 'maybe' }, 'validation_failed'],
    [{ decision: 'approve', message: 'x'.repeat(2001) }, 'validation_failed'],
    [{ decision: 'approve', form: { a: 1 } }, 'validation_failed'],
  ])('%j is refused', (answer, code) => {
    expect(() => approval.accept(question, answer, answering)).toThrow(expect.objectContaining({ code }))
  })

  test('of another kind says so', () => {
    expect(() => approval.accept(question, { toolResult: { success: true } }, answering)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ reason: 'wait_mismatch' }) }),
    )
  })

  test('carries the form, with defaults, and all that is wrong in it', () => {
    const asked = approval.ask({ message: 'Renew?', form })

    expect(approval.accept(asked, { decision: 'approve', form: { reason: 'ok' } }, answering)).toMatchObject({
      output: { form: { reason: 'ok', amount: 1 } },
    })
    expect(() =>
      approval.accept(asked, { decision: 'approve', form: { amount: 'x', b: 1 } }, answering),
    ).toThrow(
      expect.objectContaining({
        details: {
          issues: [
            { path: '/form/reason', code: 'required', message: 'reason is required' },
            { path: '/form/amount', code: 'invalid_type', message: 'amount must be a number' },
            { path: '/form/b', code: 'unrecognized_keys', message: 'There is no field b' },
          ],
        },
      }),
    )
  })

  test('that rejects need not fill in the form', () => {
    const asked = approval.ask({ message: 'Renew?', form })

    expect(approval.accept(asked, { decision: 'reject' }, answering)).toMatchObject({ ok: true })
  })
})
