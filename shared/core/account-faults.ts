import { Fault } from '../faults.ts'

/** The refusal of an account that does not exist in the organisation. */
export function noAccount(): Fault {
  return new Fault('not_found', 'There is no such account')
}
