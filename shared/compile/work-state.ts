import { expression } from '../asl/expression.ts'
import type { Expressions, State } from '../asl/states.ts'
import type { States, WorkOptions } from '../steps/define.ts'
import type { JsonObject } from '../world.ts'
import { catchers } from './errors.ts'
import type { Spot } from './frame.ts'
import type { ParamWriter } from './params.ts'
import { retriers } from './retry.ts'
import { routeState } from './route.ts'
import { writeArgs } from './secrets.ts'
import { callStep, sentByStep } from './sent.ts'
import type { Shop } from './shop.ts'

/** The function itself may take this long (aws.md 2.1). */
const longestSeconds = 115
/** For a step whose author set no limit. */
const usualSeconds = 65

/** A call of the step function (aws.md 2.2): its result is what the function returns. */
export function workStates(
  spot: Spot,
  args: JsonObject,
  options: WorkOptions,
  writer: ParamWriter,
  shop: Shop,
): States {
  const { node } = spot
  const result = expression('$states.result.Payload')
  const states: States = {}
  const exit = routeState(spot, options, result, shop, states)
  const first = spot.first ? { first: true } : {}
  const state: State = {
    ...workCall(spot, { ...sentByStep(spot, 'work'), ...writeArgs(args, writer, node.id), ...first }, shop),
    Catch: catchers(spot, shop, options.timeouts),
    ...exit,
  }
  return { [node.id]: state, ...states }
}

/** The call itself, tried again as the author says. */
export function workCall({ node }: Spot, sent: { [member: string]: Expressions }, shop: Shop) {
  const limit = Math.min(node.timeoutSeconds ?? usualSeconds, longestSeconds)
  const { first, ...rest } = sent
  const payload = {
    ...rest,
    retries: expression('$states.context.State.RetryCount'),
    maxAttempts: Math.max(1, node.retry?.maxAttempts ?? 1),
    ...(node.timeoutSeconds === undefined ? {} : { timeoutSeconds: limit }),
    // Members keep their order: other bytes would be another machine.
    ...(first === undefined ? {} : { first }),
  }
  return { ...callStep(shop, payload, limit + 5), Retry: retriers(node.retry) }
}
