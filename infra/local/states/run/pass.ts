import type { PassProgram } from '../program/program.ts'
import type { Frame } from './execution.ts'
import { leave } from './leave.ts'
import type { Machinery } from './machinery.ts'

/** Does nothing but assign and put out. */
export function runPass(machinery: Machinery, frame: Frame, state: PassProgram): Promise<boolean> {
  return leave(machinery, frame, { leaving: state, next: state.next, usual: frame.input })
}
