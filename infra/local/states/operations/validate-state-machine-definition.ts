import { checkMachine } from '../definition/check-machine.ts'
import { requiredText } from '../request.ts'
import type { Operation } from '../service.ts'
import { readType } from './create-state-machine.ts'

const usual = 100

/** Says what CreateStateMachine would refuse. */
export const validateStateMachineDefinition: Operation = (_, request) => {
  const problems = checkMachine(requiredText(request, 'definition'), readType(request))
  const most = Number(request.maxResults || usual)
  return {
    result: problems.length === 0 ? 'OK' : 'FAIL',
    diagnostics: problems.slice(0, most).map((problem) => ({ severity: 'ERROR', ...problem })),
    truncated: problems.length > most,
  }
}
