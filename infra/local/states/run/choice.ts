import type { ChoiceProgram } from '../program/program.ts'
import { evaluate } from './evaluate.ts'
import type { Frame } from './execution.ts'
import { leave } from './leave.ts'
import type { Machinery } from './machinery.ts'
import { evaluationFailed, StateError } from './state-error.ts'

/** Takes the first rule whose condition holds. */
export async function runChoice(machinery: Machinery, frame: Frame, state: ChoiceProgram): Promise<boolean> {
  for (const [index, rule] of state.rules.entries()) {
    const holds = await evaluate(machinery, frame, rule.condition)
    if (!frame.alive) return false
    if (typeof holds !== 'boolean') {
      const field = `Choices[${index}]/Condition`
      throw evaluationFailed(`The field '${field}' must be a boolean`, field)
    }
    if (holds) return await leave(machinery, frame, { leaving: rule, next: rule.next, usual: frame.input })
  }
  if (state.otherwise === null)
    throw new StateError('States.NoChoiceMatched', 'No rule of the Choice holds, and it has no Default')
  return await leave(machinery, frame, { leaving: state, next: state.otherwise, usual: frame.input })
}
