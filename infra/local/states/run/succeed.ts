import type { SucceedProgram } from '../program/program.ts'
import type { Frame } from './execution.ts'
import { leave } from './leave.ts'
import type { Machinery } from './machinery.ts'

/** Ends the scope well. */
export function runSucceed(machinery: Machinery, frame: Frame, { output }: SucceedProgram): Promise<boolean> {
  return leave(machinery, frame, { leaving: { assign: null, output }, next: null, usual: frame.input })
}
