import type { Json } from '../../../../shared/world.ts'
import { isTimestamp } from '../definition/check-state.ts'
import type { WaitProgram } from '../program/program.ts'
import { evaluate } from './evaluate.ts'
import type { Frame } from './execution.ts'
import { leave } from './leave.ts'
import type { Machinery } from './machinery.ts'
import { isCurrent } from './move.ts'
import { evaluationFailed } from './state-error.ts'

/** Longest wait in seconds. */
const longest = 99_999_999

/** Sleeps until a time; a time that has passed is no wait. */
export async function runWait(machinery: Machinery, frame: Frame, state: WaitProgram): Promise<boolean> {
  const attempt = {}
  frame.attempt = attempt
  const dueAt = state.seconds
    ? frame.enteredAt + 1000 * readSeconds(await evaluate(machinery, frame, state.seconds))
    : readTimestamp(state.timestamp ? await evaluate(machinery, frame, state.timestamp) : null)
  if (!isCurrent(frame, attempt)) return false
  if (dueAt <= machinery.clock.now()) return await leaveWait(machinery, frame, state)
  frame.phase = 'timer'
  frame.execution.keeper.touch(frame)
  frame.execution.keeper.setTimer(frame, 'wait', dueAt)
  return false
}

/** The time has come. */
export function leaveWait(machinery: Machinery, frame: Frame, state: WaitProgram): Promise<boolean> {
  return leave(machinery, frame, { leaving: state, next: state.next, usual: frame.input })
}

function readSeconds(value: Json): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= longest) return value
  throw evaluationFailed(`The field 'Seconds' must be a whole number from 0 to ${longest}`, 'Seconds')
}

function readTimestamp(value: Json): number {
  if (typeof value === 'string' && isTimestamp(value)) return Date.parse(value)
  throw evaluationFailed("The field 'Timestamp' must be a time as in RFC 3339", 'Timestamp')
}
