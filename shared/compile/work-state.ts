import { expression } from '../asl/expression.ts'
import type { State } from '../asl/states.ts'
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
  const limit = Math.min(node.timeoutSeconds ?? usualSeconds, longestSeconds)
  const payload = {
    ...sentByStep(spot, 'work'),
    ...writeArgs(args, writer, node.id),
    retries: expression('$states.context.State.RetryCount'),
    maxAttempts: Math.max(1, node.retry?.maxAttempts ?? 1),
    ...(node.timeoutSeconds === undefined ? {} : { timeoutSeconds: limit }),
    ...(spot.first ? { first: true } : {}),
  }
  const result = expression('$states.result.Payload')
  const states: States = {}
  const exit = routeState(spot, options, result, shop, states)
  const state: State = {
    ...callStep(shop, payload, limit + 5),
    Retry: retriers(node.retry),
    Catch: catchers(spot, shop, options.timeouts),
    ...exit,
  }
  return { [node.id]: state, ...states }
}
