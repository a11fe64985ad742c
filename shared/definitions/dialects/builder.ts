import { errorAt } from '../problem.ts'
import { isObject } from '../reading.ts'
import type { Dialect } from './dialect.ts'

const stepTypes = ['VIEW', 'REDIRECTION', 'WEBAUTHN', 'EXECUTION', 'END']

/** Seed 000: `flowType` and `steps` of VIEW, REDIRECTION, WEBAUTHN, EXECUTION, END. It is told, not yet read. */
export const builder: Dialect = {
  name: 'builder',
  recognises: ({ flowType, steps }) =>
    typeof flowType === 'string' &&
    Array.isArray(steps) &&
    steps.every((step) => isObject(step) && stepTypes.includes(String(step.type))),
  convert: () => ({
    document: null,
    findings: [
      errorAt(
        '/flowType',
        'dialect_comes_later',
        'Definitions of a journey builder (flowType and steps of VIEW, REDIRECTION, WEBAUTHN, EXECUTION, END) are read by a later release',
      ),
    ],
    moved: new Map(),
    rewritten: new Set(),
  }),
}
