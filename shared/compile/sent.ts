import { constantText, expression } from '../asl/expression.ts'
import type { Expressions, TaskState } from '../asl/states.ts'
import type { Spot } from './frame.ts'
import type { Shop } from './shop.ts'

/** What every event of a step tells (asl/step-event.ts). */
export function sentByStep({ node, zone }: Spot, kind: string): { [member: string]: Expressions } {
  return {
    v: 1,
    kind,
    run: expression('$run'),
    at: expression('$states.context.State.EnteredTime'),
    stepId: node.id,
    type: node.type,
    as: constantText(node.writtenType),
    name: constantText(node.name),
    iter: zone.iteration === null ? null : expression(zone.iteration),
  }
}

/** A call of the step function that returns its result, or one that is answered by token. */
export function callStep(
  shop: Shop,
  payload: Expressions,
  timeoutSeconds: number,
  byToken = false,
): Omit<TaskState, 'Next' | 'End'> {
  return callFunction(shop.stepFunction, payload, timeoutSeconds, byToken)
}

/** The same of any function. */
export function callFunction(
  FunctionName: string,
  payload: Expressions,
  timeoutSeconds: number,
  byToken = false,
): Omit<TaskState, 'Next' | 'End'> {
  return {
    Type: 'Task',
    Resource: byToken ? 'arn:aws:states:::lambda:invoke.waitForTaskToken' : 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName, Payload: payload },
    TimeoutSeconds: timeoutSeconds,
    // States hand on nothing but variables: a large value would travel through every state.
    Output: {},
  }
}
