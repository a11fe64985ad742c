import * as z from 'zod'
import { roles, scopes } from '../core/roles.ts'

/** Ids in paths: lower-case UUIDs; any other text names nothing. */
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'give an id, a UUID in lower case')

/** A path without parameters. */
export const noParams = z.strictObject({})

/** A path with one id. */
export const byId = z.strictObject({ id: uuid })

/** A path that names a version of a flow: its number, or the latest. */
export const byVersion = z.strictObject({
  id: uuid,
  version: z.union([
    z.literal('latest'),
    z
      .string()
      .regex(/^[1-9]\d{0,7}$/)
      .transform(Number),
  ]),
})

/** A path that names a version by its number alone: what changes a version does not follow a pointer. */
export const byNumberedVersion = z.strictObject({
  id: uuid,
  version: z
    .string()
    .regex(/^[1-9]\d{0,7}$/)
    .transform(Number),
})

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

/** Any JSON object, e.g. the inputs of a run. */
export const jsonObject = z.record(z.string(), z.json())

/** A definition: YAML or JSON text, or the document as an object. */
export const definition = z.union([z.string(), jsonObject])

/** RFC 3339, UTC, milliseconds. */
export const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

/** An instant in a query, in any RFC 3339 form; read as UTC with milliseconds. */
export const moment = z
  .string()
  .refine((text) => z.iso.datetime({ offset: true }).safeParse(text).success, 'give an RFC 3339 instant')
  .transform((text) => new Date(text).toISOString())

/** An instant in a body, in any RFC 3339 form; read as UTC with milliseconds. */
export const momentInBody = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .nullable()

/** What an API key may be allowed. */
export const scope = z.enum(scopes)

/** What an account may be. */
export const role = z.enum(roles)
