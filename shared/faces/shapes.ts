import * as z from 'zod'
import { Fault } from '../faults.ts'

/** Ids in paths: lower-case UUIDs; any other text names nothing. */
export const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)

/** A path with one id. */
export const byId = z.strictObject({ id: uuid })

/** A version number in a path. */
export const versionNumber = z
  .string()
  .regex(/^[1-9]\d{0,7}$/)
  .transform(Number)

/** A version in a query: a positive number or `latest`. */
export const versionQuery = z
  .string()
  .regex(/^([1-9]\d{0,7}|latest)$/, 'give a positive whole number or latest')
  .transform((text) => (text === 'latest' ? ('latest' as const) : Number(text)))

/** Text that people read: NFC, well formed, without control characters, 1 to `longest` characters after trimming. */
export function label(longest: number) {
  return z
    .string()
    .transform((text) => text.normalize('NFC').trim())
    .refine(
      (text) => text.isWellFormed() && !/[\p{Cc}]/u.test(text),
      'must be plain text without control characters',
    )
    .refine((text) => text.length >= 1 && text.length <= longest, `must have 1 to ${longest} characters`)
}

/** Text that may have lines. */
export function prose(longest: number) {
  return z
    .string()
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must be plain text')
    .refine((text) => text.length <= longest, `must have at most ${longest} characters`)
}

/** Distinct tags, order kept. */
export function tags(longest: number) {
  return z
    .array(label(longest))
    .max(20)
    .refine((list) => new Set(list).size === list.length, 'must not name a tag twice')
}

/** The inputs of a run: any JSON object. */
export const inputs = z.record(z.string(), z.json())

/** A definition: YAML or JSON text, or the document as an object. */
export const definition = z.union([z.string(), inputs])

/** @throws {Fault} `invalid_request` if two parameters are given of which one is allowed. */
export function notBoth(first: [name: string, value: unknown], second: [name: string, value: unknown]): void {
  if (first[1] === undefined || second[1] === undefined) return
  throw new Fault('invalid_request', `Give ${first[0]} or ${second[0]}, not both`, {
    issues: [
      { path: `?${second[0]}`, code: 'not_allowed', message: `give ${first[0]} or ${second[0]}, not both` },
    ],
  })
}
