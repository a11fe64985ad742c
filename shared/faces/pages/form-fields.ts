import type { Json, JsonObject } from '../../world.ts'
import { type Html, html } from './html.ts'

/** What somebody has filled in: the texts of a form, by field. */
export type Filled = Readonly<Record<string, Json>>

/** A field as it stands in a question. */
export type FormField = JsonObject & { name: string; type: string }

/** The fields of a question's form. */
export function fieldsOf(form: Json | undefined): FormField[] {
  return Array.isArray(form) ? (form as FormField[]) : []
}

/** A value as people read it. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What a field may be: labels to read, values by their place in the list. */
export function optionsOf({ options }: FormField): { label: string; value: Json }[] {
  return (Array.isArray(options) ? options : []).map((option) =>
    typeof option === 'object' && option !== null && !Array.isArray(option) && 'value' in option
      ? { label: textOf(option.label), value: option.value ?? null }
      : { label: textOf(option), value: option },
  )
}

/** The id of a field's element; what is wrong with it has `-error` behind. */
export const idOf = (name: string): string => `field-${name}`

/**
 * One field of a form with its label, what it says of itself, and what is wrong with it, tied to it for those who hear the page.
 *
 * @param filled what was sent; null = the page is new and shows defaults.
 */
export function formField(field: FormField, filled: Filled | null, error: string | undefined): Html {
  const { name, type, required } = field
  const label = textOf(field.label) || name
  const hint = [textOf(field.description), hints[type]].filter(Boolean).join(' ')
  const shown: Shown = {
    ...{ field, id: idOf(name), sent: filled === null ? undefined : (filled[`form.${name}`] ?? '') },
    describedBy: [hint && `${idOf(name)}-hint`, error && `${idOf(name)}-error`].filter(Boolean).join(' '),
    isWrong: error !== undefined,
  }
  const notes = html`${hint && html`<div class="note" id="${shown.id}-hint">${hint}</div>`}
${error !== undefined && html`<div class="error" id="${shown.id}-error">${error}</div>`}`
  const optional = required === true ? '' : ' (optional)'
  if (type === 'multiselect')
    return html`<fieldset id="${shown.id}" tabindex="-1"${described(shown)}>
<legend>${label}${optional}</legend>
${notes}
${choices(shown)}
</fieldset>`
  if (type === 'boolean')
    return html`<div class="field">
<label class="check"><input type="checkbox" id="${shown.id}" name="form.${name}" value="true"${described(shown)}${isTicked(shown) && html` checked`}> ${label}</label>
${notes}
</div>`
  return html`<div class="field">
<label for="${shown.id}">${label}${optional}</label>
${notes}
${control(shown)}
</div>`
}

interface Shown {
  field: FormField
  id: string
  /** undefined = nothing was sent. */
  sent: Json | undefined
  describedBy: string
  isWrong: boolean
}

const hints: Record<string, string> = {
  datetime: 'In UTC.',
  file: 'At most 4 MiB.',
  json: 'As JSON.',
}

const inputTypes: Record<string, string> = {
  number: 'number',
  integer: 'number',
  date: 'date',
  datetime: 'datetime-local',
  email: 'email',
  url: 'url',
  password: 'password',
}

function described({ describedBy, isWrong }: Shown): Html {
  return html`${describedBy !== '' && html` aria-describedby="${describedBy}"`}${isWrong && html` aria-invalid="true"`}`
}

function control(shown: Shown): Html {
  const { field, id } = shown
  const { name, type, required } = field
  const common = html`id="${id}" name="form.${name}"${described(shown)}${required === true && html` required`}`
  const value = shownValue(shown)
  if (type === 'select')
    return html`<select ${common}>
<option value="">Choose…</option>
${optionsOf(field).map(
  ({ label, value: option }, at) =>
    html`<option value="${at}"${isChosen(shown, at, option) && html` selected`}>${label}</option>`,
)}
</select>`
  // A line break behind the tag is no part of the text.
  if (type === 'textarea' || type === 'json')
    return html`<textarea ${common} rows="5">
${value}</textarea>`
  if (type === 'file') return fileControl(shown)
  const step = type === 'number' || type === 'datetime' ? html` step="any"` : ''
  return html`<input type="${inputTypes[type] ?? 'text'}" ${common} value="${value}"${step} autocomplete="off">`
}

/** Which file it was cannot be put back into the field: what was sent already goes along beside it. */
function fileControl(shown: Shown): Html {
  const { field, id } = shown
  const name = `form.${field.name}`
  const kept = textOf(shown.sent)
  const needed = field.required === true && kept === '' && textOf(field.default) === ''
  return html`${
    kept !== '' &&
    html`<div class="note">A file was sent: choose another to replace it.</div>
<input type="hidden" name="${name}" value="${kept}">`
  }
<input type="file" id="${id}" name="${name}"${described(shown)}${needed && html` required`}>`
}

function choices(shown: Shown): Html[] {
  return optionsOf(shown.field).map(
    ({ label, value }, at) =>
      html`<label><input type="checkbox" name="form.${shown.field.name}" value="${at}"${isChosen(shown, at, value) && html` checked`}> ${label}</label>`,
  )
}

/** What must not be seen is never written into a page, not even what was sent a moment ago. */
function shownValue({ field, sent }: Shown): string {
  if (field.type === 'password' || field.sensitive === true) return ''
  if (sent !== undefined) return textOf(sent)
  const { default: preset } = field
  if (preset === undefined || preset === null) return ''
  if (field.type === 'json') return JSON.stringify(preset, null, 2)
  return field.type === 'datetime' ? textOf(preset).replace(/Z$/, '') : textOf(preset)
}

function isTicked({ field, sent }: Shown): boolean {
  return sent === undefined ? field.default === true : sent === 'true'
}

function isChosen({ field, sent }: Shown, at: number, value: Json): boolean {
  if (sent !== undefined) return [sent].flat().includes(String(at))
  const same = (one: Json | undefined) => JSON.stringify(one) === JSON.stringify(value)
  const { default: preset } = field
  return field.type === 'multiselect' ? Array.isArray(preset) && preset.some(same) : same(preset)
}
