import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import type { Issue } from '../faults.ts'
import { pointerOf } from '../pointer.ts'
import type { Json } from '../world.ts'
import type { Field } from './graph.ts'

/** Longest one-line text of a field, in UTF-16 units; `textarea` and `json` are bounded by the inputs' 192 KiB only. */
const maxLine = 10_000

type Check = (value: Json, field: Field) => string | undefined

const email = z.email()
const date = z.iso.date()
const datetime = z.iso.datetime({ offset: true })

const checks: Record<Field['type'], Check> = {
  text: line,
  textarea: (value) => (typeof value === 'string' ? undefined : 'must be text'),
  password: line,
  number: (value) => (typeof value === 'number' ? undefined : 'must be a number'),
  integer: (value) => (Number.isSafeInteger(value) ? undefined : 'must be a whole number'),
  boolean: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  date: (value) => (date.safeParse(value).success ? undefined : 'must be a date such as 2026-03-01'),
  datetime: (value) =>
    datetime.safeParse(value).success
      ? undefined
      : 'must be a time with its zone, such as 2026-03-01T06:00:00Z',
  email: (value) => (email.safeParse(value).success ? undefined : 'must be an e-mail address'),
  url: (value) => (isWebAddress(value) ? undefined : 'must be an http or https address'),
  select: (value, field) =>
    isOption(value, field) ? undefined : `must be one of ${optionValues(field).map(show).join(', ')}`,
  multiselect: (value) => (Array.isArray(value) ? undefined : 'must be a list of options'),
  json: () => undefined,
  file: (value) => (isFile(value) ? undefined : 'must be the id of an uploaded file, or {fileId}'),
}

const codes: Partial<Record<Field['type'], string>> = {
  date: 'invalid_format',
  datetime: 'invalid_format',
  email: 'invalid_format',
  url: 'invalid_format',
  select: 'invalid_option',
}

/**
 * What is wrong with a value that is neither missing nor null; nothing is coerced. Paths begin with the field's name.
 */
export function checkValue(field: Field, value: Json): Issue[] {
  const wrong = checks[field.type](value, field)
  if (wrong !== undefined) return [issue(field, codeOf(field, value), `${field.name} ${wrong}`)]
  return field.type === 'multiselect' ? checkChosen(field, value as Json[]) : []
}

/** The values that a select or multiselect offers. */
export function optionValues({ options = [] }: Field): Json[] {
  return options.map((option) =>
    typeof option === 'object' && option !== null && !Array.isArray(option) && 'value' in option
      ? (option.value as Json)
      : (option as Json),
  )
}

function checkChosen(field: Field, chosen: Json[]): Issue[] {
  return chosen.flatMap((value, index) => {
    if (!isOption(value, field)) {
      const right = optionValues(field).map(show).join(', ')
      return [issue(field, 'invalid_option', `${field.name}[${index}] must be one of ${right}`, index)]
    }
    const again = chosen.findIndex((other) => isDeepStrictEqual(other, value)) < index
    return again ? [issue(field, 'duplicate_option', `${field.name} has ${show(value)} twice`, index)] : []
  })
}

function issue(field: Field, code: string, message: string, ...more: PropertyKey[]): Issue {
  return { path: pointerOf([field.name, ...more]), code, message }
}

function codeOf(field: Field, value: Json): string {
  const code = codes[field.type]
  if (code === undefined || (code === 'invalid_format' && typeof value !== 'string')) return 'invalid_type'
  return code
}

function line(value: Json): string | undefined {
  if (typeof value !== 'string') return 'must be text'
  return value.length > maxLine ? `must have at most ${maxLine} characters` : undefined
}

function isWebAddress(value: Json): boolean {
  if (typeof value !== 'string' || value.length > 8192 || /\s/.test(value)) return false
  const url = URL.parse(value)
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:')
}

/** An id, or a file as a run has it: another run may be handed that; what it tells besides the id is not believed. */
function isFile(value: Json): boolean {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (isObject && !Object.keys(value).every((name) => fileMembers.has(name))) return false
  const id = isObject ? value.fileId : value
  return typeof id === 'string' && id !== '' && id.length <= 200
}

const fileMembers = new Set(['fileId', 'filename', 'contentType', 'size'])

function isOption(value: Json, field: Field): boolean {
  return optionValues(field).some((option) => isDeepStrictEqual(option, value))
}

function show(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
