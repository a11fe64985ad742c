import type { Issue } from '../faults.ts'
import type { Json, JsonObject } from '../world.ts'
import { checkValue, optionValues } from './field-values.ts'
import type { Field } from './graph.ts'
import { dictionary } from './reading.ts'

/**
 * Checks a run's inputs against the declared fields: nothing is coerced, every violation is listed with its JSON pointer,
 * defaults are filled in, undeclared members are dropped. Without a declaration any object is taken as it is.
 *
 * A member that is null counts as missing.
 */
export function checkInputs(
  fields: Field[] | undefined,
  inputs: JsonObject,
): { inputs: JsonObject; issues: Issue[] } {
  if (fields === undefined) return { inputs, issues: [] }
  const checked = dictionary<Json>()
  const issues: Issue[] = []
  for (const field of fields) {
    const given = Object.hasOwn(inputs, field.name) ? inputs[field.name] : undefined
    const value = given ?? field.default ?? null
    if (value !== null) issues.push(...checkValue(field, value))
    else if (field.required)
      issues.push({ path: `/${field.name}`, code: 'required', message: `${field.name} is required` })
    if (value !== null || given === null) checked[field.name] = value
  }
  return { inputs: { ...checked }, issues }
}

/** Names of the fields whose values are sealed at the door before anything else sees them (flow-language.md §6). */
export function sealedFields(fields: Field[] | undefined): string[] {
  return (fields ?? [])
    .filter(({ type, sensitive }) => type === 'password' || sensitive === true)
    .map(({ name }) => name)
}

/** Names of the `file` fields that have a value. */
export function givenFiles(fields: Field[] | undefined, inputs: JsonObject): string[] {
  return (fields ?? []).flatMap(({ name, type }) =>
    type === 'file' && (inputs[name] ?? null) !== null ? [name] : [],
  )
}

/** The JSON Schema 2020-12 of the inputs that the fields declare. */
export function inputsSchema(fields: Field[] | undefined): JsonObject {
  const schema: JsonObject = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' }
  if (fields === undefined) return schema
  const required = fields.filter((field) => field.required && (field.default ?? null) === null)
  return {
    ...schema,
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldJsonSchema(field)])),
    ...(required.length === 0 ? {} : { required: required.map(({ name }) => name) }),
  }
}

const shapes: Record<Field['type'], (field: Field) => JsonObject> = {
  text: () => ({ type: 'string' }),
  textarea: () => ({ type: 'string' }),
  number: () => ({ type: 'number' }),
  integer: () => ({ type: 'integer' }),
  boolean: () => ({ type: 'boolean' }),
  date: () => ({ type: 'string', format: 'date' }),
  datetime: () => ({ type: 'string', format: 'date-time' }),
  select: (field) => ({ enum: optionValues(field) }),
  multiselect: (field) => ({ type: 'array', items: { enum: optionValues(field) }, uniqueItems: true }),
  email: () => ({ type: 'string', format: 'email' }),
  url: () => ({ type: 'string', format: 'uri' }),
  json: () => ({}),
  file: () => ({
    anyOf: [
      { type: 'string' },
      {
        type: 'object',
        properties: {
          fileId: { type: 'string' },
          filename: { type: 'string' },
          contentType: { type: 'string' },
          size: { type: 'integer' },
        },
        required: ['fileId'],
        additionalProperties: false,
      },
    ],
  }),
  password: () => ({ type: 'string', format: 'password', writeOnly: true }),
}

function fieldJsonSchema(field: Field): JsonObject {
  return {
    ...shapes[field.type](field),
    ...(field.label === undefined ? {} : { title: field.label }),
    ...(field.description === undefined ? {} : { description: field.description }),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(field.sensitive === true ? { writeOnly: true } : {}),
  }
}
