import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import {
  problem,
  seed000Error,
  seed001Error,
  seed002Error,
  seed003Error,
  seed004Error,
} from '../../shared/faces/error-shapes.ts'
import type { FaceName } from '../../shared/http/route.ts'

/** What the documents cannot say of them. */
const seed001 = seed001Error.refine(
  ({ error, message, statusCode }) => error.message === message && error.status === statusCode,
  'both levels say the same',
)

const place = z.tuple([z.enum(['body', 'query', 'path'])], z.union([z.string(), z.int()]))

const seed004 = seed004Error
  .refine((body) => body.detail === undefined || isDeepStrictEqual(body.detail, body.error.details))
  .refine(({ error }) => error.details.every(({ loc }) => place.safeParse(loc).success), 'places begin so')

/** What an error looks like on each face. */
export const errorShapes: Record<FaceName, z.ZodType> = {
  client: seed001,
  dashboard: seed001,
  journeys: seed000Error,
  headless: seed002Error,
  hooks: seed001,
  runner: seed003Error,
  executions: seed004,
  own: problem,
}

/** The code of an error of any face, as the core calls it. */
export function codeOf(body: { code?: string; error?: { code: string } }): string {
  const code = body.code ?? body.error?.code ?? ''
  return code === 'validation_error' ? 'validation_failed' : code
}
