import { expression } from '../asl/expression.ts'
import type { Catcher, Expressions, State } from '../asl/states.ts'
import type { AskOptions, States } from '../steps/define.ts'
import type { JsonObject } from '../world.ts'
import { assignError, catchers, raise } from './errors.ts'
import { type ChoiceExit, leaveChoice, withAssign } from './exits.ts'
import type { Spot } from './frame.ts'
import type { ParamWriter } from './params.ts'
import { stubborn, transient } from './retry.ts'
import { routeState } from './route.ts'
import { callStep, sentByStep } from './sent.ts'
import { assignResult, type Shop } from './shop.ts'
import { sendTrace } from './trace.ts'

/** A question: a task that stands open until its token is answered, and what follows if it never is. */
export function askStates(
  spot: Spot,
  args: JsonObject,
  options: AskOptions,
  writer: ParamWriter,
  shop: Shop,
): States {
  const { node } = spot
  const expired = shop.names.helper(node.id, 'expired')
  const states: States = {}
  const payload = {
    ...sentByToken(spot, 'ask', args, writer, shop, options),
    onTimeout: policyOf(spot, options) as Expressions,
  }
  const exit = routeState(spot, options, expression('$states.result'), shop, states)
  const asked = `${spot.zone.frame.prefix}asked`
  const late: Catcher = {
    ErrorEquals: ['States.Timeout'],
    Assign: { [asked]: expression('$states.context.State.EnteredTime') },
    Output: {},
    Next: expired,
  }
  const others = catchers({ ...spot, node: withoutTimeout(spot) }, shop)
  const state: State = {
    ...callStep(shop, payload, secondsOf(spot, shop, options) + 1, true),
    Retry: [transient],
    Catch: [late, ...others],
    ...exit,
  }
  return { [node.id]: state, ...states, ...expiredStates(spot, expired, asked, options, shop) }
}

/** A child run: a token task that its end answers. */
export function subflowStates(spot: Spot, args: JsonObject, writer: ParamWriter, shop: Shop): States {
  const states: States = {}
  const payload = sentByToken(spot, 'subflow', args, writer, shop)
  const exit = routeState(spot, {}, expression('$states.result'), shop, states)
  const state: State = {
    ...callStep(shop, payload, secondsOf(spot, shop) + 1, true),
    Retry: [transient],
    Catch: catchers(spot, shop),
    ...exit,
  }
  return { [spot.node.id]: state, ...states }
}

/** What a task that stands open sends, besides what kind of task it is. */
export function sentByToken(
  spot: Spot,
  kind: string,
  args: JsonObject,
  writer: ParamWriter,
  shop: Shop,
  options: AskOptions = {},
): { [member: string]: Expressions } {
  return {
    ...sentByStep(spot, kind),
    args: writer.value(args),
    token: expression('$states.context.Task.Token'),
    timeoutSeconds: secondsOf(spot, shop, options),
    ...(spot.first ? { first: true } : {}),
    ...sendTrace(spot.zone.frame, shop.plan),
  }
}

/** How long such a task may stand open. */
export function secondsOf({ node }: Spot, shop: Shop, { forOthers = false }: AskOptions = {}): number {
  const { waitTimeoutSeconds, othersTimeoutSeconds = waitTimeoutSeconds } = shop.plan.graph.settings
  const usual = forOthers ? othersTimeoutSeconds : waitTimeoutSeconds
  return Math.max(1, Math.ceil(node.timeoutSeconds ?? usual))
}

function policyOf(spot: Spot, { onTimeout }: AskOptions): NonNullable<AskOptions['onTimeout']> {
  return onTimeout ?? (spot.node.next.timeout === undefined ? 'fail' : 'branch')
}

/** The catcher for a wait's own timeout is written apart: it leads to the record of the expiry first. */
function withoutTimeout({ node }: Spot): Spot['node'] {
  const { timeout: _, ...next } = node.next
  return { ...node, next }
}

/** The call that records the expiry, and the way on. */
function expiredStates(spot: Spot, name: string, asked: string, options: AskOptions, shop: Shop): States {
  const states: States = {}
  const payload = { ...sentByStep(spot, 'expire'), askedAt: expression(`$${asked}`) }
  const on = afterExpiry(spot, options, shop, states)
  const { Next } = on
  const state: State = {
    ...callStep(shop, payload, 60),
    Retry: [stubborn],
    // The run goes on even if its record cannot be written; the sweep closes the wait.
    Catch: ['States.DataLimitExceeded', 'States.ALL'].map((error) => ({
      ErrorEquals: [error],
      ...on,
      Output: {},
    })),
    ...withAssign({ Next }, on.Assign ?? {}),
  }
  return { [name]: state, ...states }
}

function afterExpiry(spot: Spot, options: AskOptions, shop: Shop, states: States): ChoiceExit {
  const policy = policyOf(spot, options)
  if (typeof policy === 'object') return decideByTimer(spot, policy.decision, shop, states)
  const row = spot.node.next.timeout ?? (options.onTimeout === 'branch' ? spot.node.next.default : undefined)
  const code = 'Wait.Expired'
  const cause = 'Nobody answered in time'
  if (policy === 'branch' && row !== undefined) return { Next: row, Assign: assignError(spot, code, cause) }
  return raise(spot, code, cause, shop)
}

/** The decision that the author set for silence, in the shape of an answer. */
function decideByTimer(spot: Spot, decision: string, shop: Shop, states: States): ChoiceExit {
  const output: Expressions = {
    decision,
    decidedAt: expression('$states.context.State.EnteredTime'),
    decidedBy: 'timer',
    message: null,
  }
  return leaveChoice(spot, decision, assignResult(spot, output), output, shop, states)
}
