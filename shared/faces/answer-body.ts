import * as z from 'zod'
import { jsonObject, prose } from './shapes.ts'

const executionId = z.string().optional()
const other = z.never('give exactly one of decision, toolResult and params').optional()
const toolResult = {
  executionId,
  success: z.boolean(),
  output: z.json().optional(),
  error: prose(2000).optional(),
}
const approval = {
  decision: z.enum(['approve', 'reject']),
  message: prose(2000).optional(),
  form: jsonObject.optional(),
  executionId,
  toolResult: other,
  params: other,
}
const ofTool = { decision: other, params: other }
const given = {
  actionId: z.string().optional(),
  params: jsonObject,
  executionId,
  decision: other,
  toolResult: other,
}

/** Exactly one of three answers (dashboard.md §11); what the step makes of it is the step's. */
export const answerBody = z.union([
  z.object(approval),
  z.object({ toolResult: z.object(toolResult), ...ofTool }),
  z.object(given),
])

/** The same where nothing is taken that is not known: a member that was misspelt decides nothing. */
export const ownAnswerBody = z.union([
  z.strictObject(approval),
  z.strictObject({ toolResult: z.strictObject(toolResult), ...ofTool }),
  z.strictObject(given),
])
