import * as z from 'zod'
import type { Json } from '../../world.ts'
import { readNumberText } from '../number-text.ts'
import type { ViewField } from './read.ts'
import { longestPassword, longestText } from './rules.ts'

/** What is wrong with a value: the ids of faces/journeys.md §7. Values are never repeated. */
export interface ViewProblem {
  identifier: string
  id: string
  message: string
  i18nKey: string
  context: Record<string, string | number>
}

/** A value as the flow gets it, or what is wrong with its kind. */
export type Read = { value: Json } | { problem: ViewProblem }

/** A problem by its id. */
export function problem(
  identifier: string,
  id: string,
  message: string,
  context: ViewProblem['context'] = {},
): ViewProblem {
  return { identifier, id, message, i18nKey: id, context }
}

/** True for a value that counts as not given. */
export function isBlank({ kind, required }: ViewField, value: Json | undefined): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string' && value.trim() === '') return true
  return kind === 'CHECKBOX' && required && (value === false || value === 'false')
}

/** Reads a value that is not blank as its field's kind. */
export function readValue(field: ViewField, value: Json): Read {
  const { kind, identifier } = field
  if (kind === 'NUMBER') return readNumber(identifier, value)
  if (kind === 'CHECKBOX') return readCheckbox(identifier, value)
  if (typeof value !== 'string') return wrongType(identifier, 'text')
  const found = textProblem(field, value)
  return found === null ? { value } : { problem: found }
}

function readNumber(identifier: string, value: Json): Read {
  if (typeof value !== 'number' && typeof value !== 'string') return wrongType(identifier, 'number')
  const number = typeof value === 'number' ? value : readNumberText(value)
  if (number !== undefined && Math.abs(number) <= Number.MAX_SAFE_INTEGER) return { value: number }
  return { problem: problem(identifier, 'number_invalid', 'Enter a number') }
}

function readCheckbox(identifier: string, value: Json): Read {
  if (typeof value === 'boolean') return { value }
  if (value === 'true' || value === 'false') return { value: value === 'true' }
  return wrongType(identifier, 'true or false')
}

function wrongType(identifier: string, expected: string): Read {
  return { problem: problem(identifier, 'input_type', `Enter ${expected}`, { expected }) }
}

function textProblem(field: ViewField, text: string): ViewProblem | null {
  const { kind, identifier, options, length } = field
  if (kind === 'EMAIL' && !isEmail(text))
    return problem(identifier, 'email_invalid', 'Enter a valid e-mail address')
  if (kind === 'TELEPHONE' && !isTelephone(text))
    return problem(identifier, 'tel_invalid', 'Enter a valid telephone number')
  if (kind === 'DATE' && !z.iso.date().safeParse(text).success)
    return problem(identifier, 'date_invalid', 'Enter a date such as 2026-03-01')
  if ((kind === 'DROPDOWN' || kind === 'SELECT') && !options.includes(text))
    return problem(identifier, 'option_invalid', 'Choose one of the options')
  if (kind === 'OTP' && length !== undefined && [...text].length !== length)
    return problem(identifier, 'otp_length', `Enter the code of ${length} characters`, { length })
  return lengthProblem(field, text)
}

/** Without a rule of its own a text has a bound all the same. */
function lengthProblem({ kind, identifier, rules }: ViewField, text: string): ViewProblem | null {
  const bounded = rules.some(
    ({ name, conditions }) =>
      name === 'LengthValidator' && conditions.some(({ key }) => key === 'max.length'),
  )
  const max = bounded || kind !== 'PASSWORD' ? longestText : longestPassword
  if (text.length <= max || [...text].length <= max) return null
  return problem(identifier, 'length_max', `Enter at most ${max} characters`, { max })
}

function isEmail(text: string): boolean {
  if (text.length > 254 || /[\s\p{Cc}]/u.test(text)) return false
  const [name, domain, ...more] = text.split('@')
  if (!name || !domain || more.length > 0) return false
  const labels = domain.split('.')
  return labels.length > 1 && labels.every((label) => label !== '')
}

function isTelephone(text: string): boolean {
  return /^[\d +\-().]{5,20}$/.test(text) && (text.match(/\d/g) ?? []).length >= 5
}
