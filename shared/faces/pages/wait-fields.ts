import type { WaitView } from '../../core/run-view.ts'
import { fieldOf, partsOf } from '../../steps/view/read.ts'
import type { Json, JsonObject } from '../../world.ts'
import { type FormField, fieldsOf } from './form-fields.ts'

/** What each kind of input is in a form of HTML. */
const types: Record<string, string> = {
  PASSWORD: 'password',
  EMAIL: 'email',
  NUMBER: 'number',
  DATE: 'date',
  CHECKBOX: 'boolean',
  DROPDOWN: 'select',
  SELECT: 'select',
}

/**
 * The fields that a page asks for, whatever kind of question it is.
 *
 * @param action of a view: a page sends all that stands on it, and what is in another form is none of the action's.
 */
export function fieldsOfWait({ kind, question }: WaitView, action?: Json): FormField[] {
  if (kind === 'approval') return fieldsOf(question.form)
  if (kind === 'prompt')
    return namesIn(question.requiredParams).map((name) => ({ name, type: 'text', required: true }))
  if (kind !== 'view') return []
  const parts = partsOf(question.components)
  const pressed = parts.find(({ type, component }) => isAction(type) && component.actionId === action)
  return parts.flatMap((part) => {
    const field = viewField(part)
    const elsewhere = pressed !== undefined && part.form !== null && part.form !== pressed.form
    return field === null || elsewhere ? [] : [field]
  })
}

function isAction(type: string): boolean {
  return type === 'BUTTON' || type === 'RESEND'
}

/** The field that a component of a view is; null if it is none that a page can ask for. */
export function viewField(part: ReturnType<typeof partsOf>[number]): FormField | null {
  const read = part.type === 'CAPTCHA' ? null : fieldOf(part)
  if (read === null) return null
  const { label, hint, placeholder, defaultValue, options } = part.config
  return {
    ...{ name: read.identifier, type: types[read.kind] ?? 'text', required: read.required },
    ...given('label', label),
    ...given('description', hint ?? placeholder),
    // A tick is written either way.
    ...given('default', read.kind === 'CHECKBOX' ? String(defaultValue) === 'true' : defaultValue),
    ...given('options', options),
    ...(read.sealed ? { sensitive: true } : {}),
  }
}

function given(name: string, value: Json | undefined): JsonObject {
  return value === undefined || value === null ? {} : { [name]: value }
}

function namesIn(names: Json | undefined): string[] {
  return Array.isArray(names) ? names.map(String) : []
}
