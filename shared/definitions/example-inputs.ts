import type { Json, JsonObject } from '../world.ts'
import { optionValues } from './field-values.ts'
import type { Field } from './graph.ts'
import { sealedFields } from './inputs.ts'

/** Inputs that fit the fields: defaults as they stand, and a value of the type for what else is required. */
export function exampleInputs(fields: Field[]): JsonObject {
  const sealed = new Set(sealedFields(fields))
  return Object.fromEntries(
    fields.flatMap((field) => {
      const known = sealed.has(field.name) ? null : (field.default ?? null)
      if (known === null && !field.required) return []
      return [[field.name, known ?? samples[field.type](field)]]
    }),
  )
}

const samples: Record<Field['type'], (field: Field) => Json> = {
  text: () => 'text',
  textarea: () => 'text',
  number: () => 1.5,
  integer: () => 1,
  boolean: () => true,
  date: () => '2026-03-01',
  datetime: () => '2026-03-01T06:00:00Z',
  select: (field) => optionValues(field)[0] ?? null,
  multiselect: (field) => optionValues(field).slice(0, 1),
  email: () => 'ann@example.com',
  url: () => 'https://example.com/',
  json: () => ({}),
  file: () => '00000000-0000-4000-8000-000000000000',
  password: () => 'a password',
}
