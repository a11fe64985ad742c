import { Fault } from '../faults.ts'

/** The refusal of a flow that does not exist in the organisation. */
export function noFlow(): Fault {
  return new Fault('not_found', 'There is no such flow')
}

/** The refusal of a version that does not exist in the flow. */
export function noVersion(): Fault {
  return new Fault('not_found', 'There is no such version')
}
