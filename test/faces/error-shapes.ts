import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { faultCodes } from '../../shared/faults.ts'
import type { FaceName } from '../../shared/http/route.ts'
import { publicCode } from '../../shared/http/words.ts'

const codes = new Set<string>(faultCodes.map(publicCode)).add('validation_error')
const published = z.string().refine((code) => codes.has(code), 'not a published code')
const requestId = z.string().regex(/^req_[0-9A-Z]{26}$/)
const issue = z.looseObject({ path: z.string(), code: z.string(), message: z.string() })

const seed001 = z
  .strictObject({
    error: z.strictObject({
      code: published,
      message: z.string().min(1),
      status: z.int(),
      requestId,
      details: z.looseObject({ issues: z.array(issue).optional() }).optional(),
    }),
    message: z.string(),
    statusCode: z.int(),
  })
  .refine(
    ({ error, message, statusCode }) => error.message === message && error.status === statusCode,
    'both levels say the same',
  )

/** Never another member. */
const seed002 = z.strictObject({ error: z.string().regex(/^Failed to execute flow [A-Za-z0-9_.-]{0,64}$/) })

const seed003 = z.strictObject({
  error: z.strictObject({
    code: published,
    message: z.string().min(1),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
})

const detail = z.array(
  z.strictObject({
    loc: z.tuple([z.enum(['body', 'query', 'path'])], z.union([z.string(), z.int()])),
    msg: z.string().min(1),
    type: z.string(),
  }),
)

const seed004 = z
  .strictObject({
    detail: detail.optional(),
    error: z.strictObject({ code: published, message: z.string().min(1), details: detail }),
    request_id: requestId,
  })
  .refine((body) => body.detail === undefined || isDeepStrictEqual(body.detail, body.error.details))

const problem = z.looseObject({
  type: z.url(),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string(),
  code: published,
  requestId,
  retryable: z.boolean(),
  errors: z.array(z.looseObject({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
})

/** What an error looks like on each face. */
export const errorShapes: Record<FaceName, z.ZodType> = {
  client: seed001,
  dashboard: seed001,
  headless: seed002,
  hooks: seed001,
  runner: seed003,
  executions: seed004,
  own: problem,
}

/** The code of an error of any face, as the core calls it. */
export function codeOf(body: { code?: string; error?: { code: string } }): string {
  const code = body.code ?? body.error?.code ?? ''
  return code === 'validation_error' ? 'validation_failed' : code
}
