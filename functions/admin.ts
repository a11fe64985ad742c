import { type Operated, operate } from '../shared/core/operate.ts'
import { Fault, type Issue } from '../shared/faults.ts'
import { door, onLambda } from './door.ts'

/** What the operator's command is told: the outcome, or why there is none. */
export type AdminReply = { done: Operated } | { refused: { message: string; issues: Issue[] } }

/** Orders of the deployment's operator: no route leads here, only whoever may invoke the function. */
export const open = door(async (world, order: unknown): Promise<AdminReply> => {
  try {
    return { done: await operate(world, order) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { refused: { message: error.message, issues: error.details.issues ?? [] } }
  }
})
export const handler = onLambda(open)
