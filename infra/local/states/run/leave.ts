import type { Json, JsonObject } from '../../../../shared/world.ts'
import type { Leaving } from '../program/program.ts'
import { finishChild } from './children.ts'
import type { Extra } from './context.ts'
import { endExecution } from './end.ts'
import { evaluate } from './evaluate.ts'
import type { Frame } from './execution.ts'
import type { Machinery } from './machinery.ts'
import { enter, stateOf, textForHistory } from './move.ts'
import { note } from './record.ts'
import { assignLimit, jsonBytes, payloadLimit, variablesLimit } from './size.ts'
import { dataLimitExceeded } from './state-error.ts'

/** A state is about to be left. */
export interface Exit {
  leaving: Leaving
  /** Where to; null = the scope ends. */
  next: string | null
  /** What the state puts out if its `Output` says nothing. */
  usual: Json
  extra?: Extra
}

/**
 * Evaluates `Assign` and `Output` from the values at entry, then goes on. True if the frame has another state to run.
 *
 * @throws {StateError} if an expression fails or a value is too large; nothing has changed then.
 */
export async function leave(machinery: Machinery, frame: Frame, exit: Exit): Promise<boolean> {
  const { leaving, next, usual, extra } = exit
  const attempt = {}
  frame.attempt = attempt
  const [assigned, output] = await Promise.all([
    leaving.assign && evaluate(machinery, frame, leaving.assign, extra),
    leaving.output ? evaluate(machinery, frame, leaving.output, extra) : usual,
  ])
  if (!frame.alive || frame.attempt !== attempt) return false
  const name = `The state '${frame.state}'`
  if (jsonBytes(output) > payloadLimit) throw dataLimitExceeded(`${name} returned an output that`)
  if (assigned) assign(frame, assigned as JsonObject)
  exited(machinery, frame, output)
  return go(machinery, frame, next, output)
}

function assign(frame: Frame, values: JsonObject): void {
  const { execution } = frame
  if (jsonBytes(values) > assignLimit) throw dataLimitExceeded(`Assign of the state '${frame.state}'`)
  let grown = 0
  for (const [name, value] of Object.entries(values)) {
    const before = Object.hasOwn(frame.variables, name) ? jsonBytes(frame.variables[name]) : 0
    grown += jsonBytes(value) - before
  }
  if (execution.variableBytes + grown > variablesLimit) throw dataLimitExceeded('All variables together')
  execution.variableBytes += grown
  frame.variableBytes += grown
  frame.variables = { ...frame.variables, ...values }
  frame.unsaved = { ...frame.unsaved, ...values }
}

function exited({ clock }: Machinery, frame: Frame, output: Json): void {
  const { type, name } = stateOf(frame)
  const text = textForHistory(frame.execution, output)
  note(frame, clock.now(), `${type}StateExited`, {
    stateExitedEventDetails: { name, output: text, outputDetails: { truncated: false } },
  })
}

function go(machinery: Machinery, frame: Frame, next: string | null, output: Json): boolean {
  const { execution } = frame
  if (execution.keeper.isDeleting(execution)) {
    endExecution(machinery, execution, { status: 'ABORTED' })
    return false
  }
  if (next !== null) {
    enter(machinery, frame, next, output)
    return true
  }
  if (frame.parent) finishChild(machinery, frame, output)
  else {
    frame.phase = 'done'
    endExecution(machinery, execution, { status: 'SUCCEEDED', output })
  }
  return false
}
