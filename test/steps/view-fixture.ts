import { expect } from 'vitest'
import type { Question } from '../../shared/steps/define.ts'
import { view } from '../../shared/steps/view.ts'
import type { JsonObject } from '../../shared/world.ts'

/** Who answers, and when. */
export const answering = { actor: 'user:3f', at: '2026-03-01T06:00:00.000Z' }

/** A field of a form, by what it is called. */
export const input = (identifier: string, more: JsonObject = {}, variant = 'TEXT'): JsonObject => ({
  id: identifier,
  type: 'INPUT',
  variant,
  config: { identifier, ...more },
})

/** The button of a form. */
export const submit: JsonObject = {
  id: 'submit',
  type: 'BUTTON',
  actionId: 'sign-up',
  variant: 'PRIMARY',
  config: { text: 'Continue' },
}

/** A form with its button. */
export const form = (...components: JsonObject[]): JsonObject => ({
  id: 'form_1',
  type: 'FORM',
  components: [...components, submit],
})

/** What a view of one form asks. */
export const asking = (...components: JsonObject[]): Question =>
  view.ask({ components: [form(...components)] })

/** What a field must obey. */
export const rule = (
  name: string,
  conditions: Record<string, string>,
  more: JsonObject = {},
): JsonObject => ({
  type: 'RULE',
  name,
  conditions: Object.entries(conditions).map(([key, value]) => ({ key, value })),
  ...more,
})

/** The ids of everything that is wrong with an answer, by field; its output if nothing is. */
export async function answer(
  question: Question,
  params: JsonObject,
  actionId: string | null = 'sign-up',
): Promise<unknown> {
  try {
    const accepted = await view.accept(question, { actionId, params }, answering)
    return accepted.ok ? accepted.output : accepted
  } catch (error) {
    const { code, details } = error as { code: string; details: { issues: { path: string; code: string }[] } }
    expect(code).toBe('validation_failed')
    return details.issues.map((issue) => `${issue.path} ${issue.code}`)
  }
}
