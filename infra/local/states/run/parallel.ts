import type { ParallelProgram } from '../program/program.ts'
import { startChild } from './children.ts'
import { evaluate } from './evaluate.ts'
import type { Frame } from './execution.ts'
import type { Machinery } from './machinery.ts'
import { isCurrent } from './move.ts'
import { record } from './record.ts'
import { jsonBytes, payloadLimit } from './size.ts'
import { dataLimitExceeded } from './state-error.ts'

/** Starts all branches with the same input. */
export async function runParallel(
  machinery: Machinery,
  frame: Frame,
  state: ParallelProgram,
): Promise<boolean> {
  const attempt = {}
  frame.attempt = attempt
  const input = state.arguments ? await evaluate(machinery, frame, state.arguments) : frame.input
  if (!isCurrent(frame, attempt)) return false
  if (jsonBytes(input) > payloadLimit) throw dataLimitExceeded('Arguments')
  record(frame, machinery.clock.now(), 'ParallelStateStarted')
  const count = state.branches.length
  frame.phase = 'children'
  frame.children = { count, remaining: count, next: count, items: null }
  frame.execution.keeper.touch(frame)
  for (const [index, startAt] of state.branches.entries()) startChild(machinery, frame, index, startAt, input)
  return false
}
