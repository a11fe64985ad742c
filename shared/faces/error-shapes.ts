import * as z from 'zod'
import { faultCodes } from '../faults.ts'
import type { FaceName } from '../http/route.ts'
import { publicCode } from '../http/words.ts'

const codes = [...new Set(faultCodes.map(publicCode))]
const published = z.enum(codes)
const requestId = z.string().regex(/^req_[0-9A-Z]{26}$/)
const issue = z.looseObject({
  path: z.string(),
  code: z.string(),
  message: z.string(),
  stepId: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
})

const message = z.strictObject({
  type: z.enum(['ERROR', 'WARNING', 'INFO']),
  message: z.string(),
  i18nKey: z.string().optional(),
  identifier: z.string().optional(),
  context: z.record(z.string(), z.unknown()).optional(),
})

/** Seed 000 has codes of its own; a step that is shown again stands in `current`. */
export const seed000Error = z.strictObject({
  code: z.string().min(1),
  message: z.string().min(1),
  description: z.string().min(1),
  flowType: z.string().nullable(),
  messages: z.array(message).min(1),
  actions: z.array(z.string()).optional(),
  current: z
    .strictObject({
      flowId: z.string(),
      flowStatus: z.string(),
      type: z.string(),
      data: z.record(z.string(), z.json()),
    })
    .optional(),
})

/** Seed 001 says status and message on two levels. */
export const seed001Error = z.strictObject({
  error: z.strictObject({
    code: published,
    message: z.string().min(1),
    status: z.int(),
    requestId,
    details: z.looseObject({ reason: z.string().optional(), issues: z.array(issue).optional() }).optional(),
  }),
  message: z.string(),
  statusCode: z.int(),
})

/** Never another member; the code is in the header `Error-Code`. */
export const seed002Error = z.strictObject({
  error: z.string().regex(/^Failed to execute flow [A-Za-z0-9_.-]{0,64}$/),
})

export const seed003Error = z.strictObject({
  error: z.strictObject({
    code: z.enum([...codes, 'validation_error']).exclude(['validation_failed']),
    message: z.string().min(1),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
})

const seed004Details = z.array(
  z.strictObject({
    loc: z.array(z.union([z.string(), z.int()])).min(1),
    msg: z.string().min(1),
    type: z.string(),
  }),
)

/** Seed 004 lists what does not fit twice if the status is 422. */
export const seed004Error = z.strictObject({
  detail: seed004Details.optional(),
  error: z.strictObject({ code: published, message: z.string().min(1), details: seed004Details }),
  request_id: requestId,
})

/** A problem document (RFC 9457). */
export const problem = z.looseObject({
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

/** What a refusal looks like on each face, and what the documents call that. */
export const errorShapes: Record<FaceName, { name: string; schema: z.ZodType }> = {
  client: { name: 'Error', schema: seed001Error },
  dashboard: { name: 'Error', schema: seed001Error },
  hooks: { name: 'Error', schema: seed001Error },
  journeys: { name: 'JourneyError', schema: seed000Error },
  headless: { name: 'HeadlessError', schema: seed002Error },
  runner: { name: 'RunnerError', schema: seed003Error },
  executions: { name: 'ExecutionsError', schema: seed004Error },
  own: { name: 'Problem', schema: problem },
}
