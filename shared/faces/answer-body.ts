import * as z from 'zod'
import { jsonObject, prose } from './shapes.ts'

const executionId = z.string().optional()
const other = z.never('give exactly one of decision, toolResult and params').optional()

/** Exactly one of three answers (dashboard.md §11); what the step makes of it is the step's. */
export const answerBody = z.union([
  z.object({
    decision: z.enum(['approve', 'reject']),
    message: prose(2000).optional(),
    form: jsonObject.optional(),
    executionId,
    toolResult: other,
    params: other,
  }),
  z.object({
    toolResult: z.object({
      executionId,
      success: z.boolean(),
      output: z.json().optional(),
      error: prose(2000).optional(),
    }),
    decision: other,
    params: other,
  }),
  z.object({
    actionId: z.string().optional(),
    params: jsonObject,
    executionId,
    decision: other,
    toolResult: other,
  }),
])
