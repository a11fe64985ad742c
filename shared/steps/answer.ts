import type * as z from 'zod'
import { Fault, type Issue } from '../faults.ts'
import { pointerOf } from '../pointer.ts'
import type { JsonObject } from '../world.ts'

/** All ways to answer; each kind of wait takes one of them. */
const members = ['decision', 'toolResult', 'params'] as const

/**
 * Reads an answer with the schema of its kind.
 *
 * @throws {Fault} `conflict` reason `wait_mismatch` for an answer of another kind; `validation_failed` with all issues.
 */
export function readAnswer<T>(
  kind: string,
  member: (typeof members)[number],
  schema: z.ZodType<T>,
  answer: JsonObject,
): T {
  const other = members.find((name) => name !== member && answer[name] !== undefined)
  if (answer[member] === undefined && other !== undefined)
    throw new Fault('conflict', `This wait is of kind ${kind} and takes ${member}, not ${other}`, {
      reason: 'wait_mismatch',
    })
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  const issues = result.error.issues.map((issue) => ({
    path: pointerOf(issue.path),
    code: issue.code === 'invalid_type' && issue.message.endsWith('undefined') ? 'required' : issue.code,
    message: issue.message,
  }))
  throw refuse(issues)
}

/** The refusal of an answer: nothing has happened, the wait stays open. */
export function refuse(issues: Issue[]): Fault {
  const count = issues.length === 1 ? '1 problem' : `${issues.length} problems`
  return new Fault('validation_failed', `${count} in the answer`, { issues })
}
