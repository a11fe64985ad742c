import type { FailProgram } from '../program/program.ts'
import type { Template } from '../program/template.ts'
import { evaluate } from './evaluate.ts'
import type { Frame } from './execution.ts'
import { fail } from './failing.ts'
import type { Machinery } from './machinery.ts'
import { evaluationFailed, StateError } from './state-error.ts'

/** Fails the scope with the error that the state names. */
export async function runFail(machinery: Machinery, frame: Frame, state: FailProgram): Promise<boolean> {
  const attempt = {}
  frame.attempt = attempt
  const [error, cause] = await Promise.all([
    textFor(machinery, frame, state.error, 'Error'),
    textFor(machinery, frame, state.cause, 'Cause'),
  ])
  if (!frame.alive || frame.attempt !== attempt) return false
  return await fail(machinery, frame, new StateError(error, cause))
}

async function textFor(
  machinery: Machinery,
  frame: Frame,
  template: Template | null,
  field: string,
): Promise<string> {
  if (!template) return ''
  const value = await evaluate(machinery, frame, template)
  if (typeof value !== 'string') throw evaluationFailed(`${field} must be a text`, field)
  return value
}
