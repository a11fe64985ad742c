import { constantText, expression } from '../asl/expression.ts'
import type { State } from '../asl/states.ts'
import type { States, WorkOptions } from '../steps/define.ts'
import type { Json } from '../world.ts'
import { catchers } from './errors.ts'
import type { Spot } from './frame.ts'
import { inputAt } from './names.ts'
import type { ParamWriter } from './params.ts'
import { retriers } from './retry.ts'
import { routeState } from './route.ts'
import { callFunction } from './sent.ts'
import type { Shop } from './shop.ts'

/** The function itself may take 10 s (aws.md 2.1); the rest is for its service. */
const longestSeconds = 15

/** A call of the script function (asl/script-event.ts): its result is what the script returns. */
export function scriptStates(
  spot: Spot,
  code: string,
  input: Json | undefined,
  options: WorkOptions,
  writer: ParamWriter,
  shop: Shop,
): States {
  const { node, zone } = spot
  const payload = {
    v: 1,
    kind: 'script',
    run: expression('$run.id'),
    stepId: node.id,
    iter: zone.iteration === null ? null : expression(zone.iteration),
    at: expression('$states.context.State.EnteredTime'),
    code: constantText(code),
    input: input === undefined ? expression(inputAt(spot)) : writer.value(input),
  }
  const states: States = {}
  const exit = routeState(spot, options, expression('$states.result.Payload'), shop, states)
  const limit = Math.min(Math.ceil(node.timeoutSeconds ?? longestSeconds), longestSeconds)
  const state: State = {
    ...callFunction(shop.scriptFunction, payload, limit),
    Retry: retriers(node.retry),
    Catch: catchers(spot, shop, options.timeouts),
    ...exit,
  }
  return { [node.id]: state, ...states }
}
