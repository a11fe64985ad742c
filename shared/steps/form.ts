import * as z from 'zod'
import type { Field } from '../definitions/graph.ts'
import type { Issue } from '../faults.ts'
import { fieldTypes } from '../field-types.ts'
import { pointerOf } from '../pointer.ts'
import type { Json, JsonObject } from '../world.ts'

const option = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.strictObject({ label: z.string(), value: z.json() }),
])

/** The fields of a form that is part of a question; labels and defaults may hold expressions. */
export const form = z
  .array(
    z.strictObject({
      name: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'Expected letters, digits and _, a letter first'),
      type: z.enum(fieldTypes),
      label: z.string().optional(),
      description: z.string().optional(),
      required: z.boolean().optional(),
      default: z.json().optional(),
      options: z.array(option).optional(),
      sensitive: z.boolean().optional(),
    }),
  )
  .max(100)
  .check((context) => {
    for (const [index, { name, type, options }] of context.value.entries()) {
      const twice = context.value.findIndex((other) => other.name === name) !== index
      if (twice) context.issues.push(problem([index, 'name'], `There are two fields ${name}`, name))
      if (type.endsWith('select') && !options?.length)
        context.issues.push(problem([index, 'options'], `${name} needs options to select from`, options))
    }
  })

function problem(path: (string | number)[], message: string, input: unknown) {
  return { code: 'custom' as const, path, message, input }
}

/**
 * Checks what was filled in against the fields: defaults are applied, undeclared members reported.
 * Issues have the paths `/form/<name>`.
 */
export function checkForm(fields: Field[], given: Json | undefined): { form: JsonObject; issues: Issue[] } {
  const form: JsonObject = Object.create(null)
  const issues: Issue[] = []
  if (given !== undefined && given !== null && (typeof given !== 'object' || Array.isArray(given)))
    return { form, issues: [{ path: '/form', code: 'invalid_type', message: 'form must be an object' }] }
  const values = new Map(Object.entries(given ?? {}))
  for (const field of fields) {
    const value = values.get(field.name) ?? field.default ?? null
    values.delete(field.name)
    const found = value === null || value === '' ? missing(field) : mismatch(field, value)
    if (found) issues.push({ path: `/form/${field.name}`, ...found })
    else form[field.name] = value
  }
  for (const name of values.keys())
    issues.push({
      path: pointerOf(['form', name]),
      code: 'unrecognized_keys',
      message: `There is no field ${name}`,
    })
  return { form, issues }
}

interface Finding {
  code: string
  message: string
}

function missing({ name, required }: Field): Finding | null {
  return required ? { code: 'required', message: `${name} is required` } : null
}

function mismatch(field: Field, value: Json): Finding | null {
  const expected = tests[field.type](value, field)
  return expected === null ? null : { code: 'invalid_type', message: `${field.name} must be ${expected}` }
}

const text = (value: Json) => (typeof value === 'string' ? null : 'text')
const like = (schema: z.ZodType, expected: string) => (value: Json) =>
  schema.safeParse(value).success ? null : expected

/** What the value should be, or null if it is. */
const tests: Record<Field['type'], (value: Json, field: Field) => string | null> = {
  text,
  textarea: text,
  password: text,
  number: (value) => (typeof value === 'number' ? null : 'a number'),
  integer: (value) => (Number.isSafeInteger(value) ? null : 'a whole number'),
  boolean: (value) => (typeof value === 'boolean' ? null : 'true or false'),
  date: like(z.iso.date(), 'a date such as 2026-03-01'),
  datetime: like(z.iso.datetime({ offset: true }), 'a moment such as 2026-03-01T06:00:00Z'),
  email: like(z.email(), 'an e-mail address'),
  url: like(z.url({ protocol: /^https?$/ }), 'an http or https URL'),
  select: (value, field) => (choices(field).includes(JSON.stringify(value)) ? null : 'one of the options'),
  multiselect: (value, field) =>
    Array.isArray(value) && value.every((one) => choices(field).includes(JSON.stringify(one)))
      ? null
      : 'a list of the options',
  json: () => null,
  file: (value) =>
    typeof value === 'string' || (typeof value === 'object' && value !== null && 'fileId' in value)
      ? null
      : 'a file id',
}

function choices(field: Field): string[] {
  return (field.options ?? []).map((option) =>
    JSON.stringify(
      typeof option === 'object' && option !== null && 'value' in option ? option.value : option,
    ),
  )
}
