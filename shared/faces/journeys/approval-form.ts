import { readJson } from '../../steps/json-text.ts'
import { readNumberText } from '../../steps/number-text.ts'
import type { Json, JsonObject } from '../../world.ts'
import { type FormField, fieldsOf, optionsOf, textOf } from '../pages/form-fields.ts'

const variants: Record<string, string> = {
  number: 'NUMBER',
  integer: 'NUMBER',
  boolean: 'CHECKBOX',
  date: 'DATE',
  email: 'EMAIL',
  password: 'PASSWORD',
  select: 'DROPDOWN',
}

const hints: Record<string, string> = {
  datetime: 'A moment such as 2026-03-01T06:00:00Z',
  json: 'As JSON',
  multiselect: 'A JSON list of values',
  file: 'The id of an uploaded file',
}

/** The fields of an approval's form as inputs of a view. */
export function approvalForm(form: Json | undefined): JsonObject[] {
  return fieldsOf(form).map((field) => {
    const { name, type, required } = field
    const hint = [textOf(field.description), hints[type] ?? ''].filter((one) => one !== '').join('. ')
    return {
      ...{ id: name, type: 'INPUT', variant: variants[type] ?? 'TEXT' },
      config: {
        ...{ identifier: name, label: textOf(field.label) || name, required: required === true },
        ...(hint === '' ? {} : { hint }),
        ...presetOf(field),
        ...(type === 'select' ? { options: choicesOf(field) } : {}),
      },
    }
  })
}

/** What must not be seen has no default. */
function presetOf({ type, sensitive, default: preset }: FormField): JsonObject {
  if (preset === undefined || preset === null || type === 'password' || sensitive === true) return {}
  return { defaultValue: textOf(preset) }
}

function choicesOf(field: FormField): JsonObject[] {
  return optionsOf(field).map(({ label, value }) => ({ label, key: textOf(value), value: textOf(value) }))
}

/** What was filled in, as the fields want it; what cannot become that stays text, and the step says what is wrong. */
export function filledForm(form: Json | undefined, inputs: JsonObject): JsonObject {
  const fields = new Map(fieldsOf(form).map((field) => [field.name, field]))
  const filled = Object.entries(inputs).map(([name, value]): [string, Json] => {
    const field = fields.get(name)
    return [name, field === undefined ? value : readField(field, value)]
  })
  return Object.fromEntries(filled.filter(([, value]) => value !== ''))
}

function readField(field: FormField, value: Json): Json {
  if (typeof value !== 'string' || value === '') return value
  return readers[field.type]?.(value, field) ?? value
}

const readNumber = (text: string): Json | undefined => readNumberText(text.trim())

/** undefined = it cannot be read so. */
const readers: Record<string, (text: string, field: FormField) => Json | undefined> = {
  number: readNumber,
  integer: readNumber,
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  json: readJson,
  multiselect: readJson,
  // Values may be of any kind: a client sends the text that it was given for one.
  select: (text, field) => optionsOf(field).find(({ value }) => textOf(value) === text)?.value,
}
