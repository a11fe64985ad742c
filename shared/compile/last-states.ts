import { constant, expression, literalText } from '../asl/expression.ts'
import type { Catcher, Expressions, PassState, Retrier, State } from '../asl/states.ts'
import type { States } from '../steps/define.ts'
import { emptyResults } from './body-states.ts'
import { asValue } from './exits.ts'
import { caughtMessage, lastMessage } from './messages.ts'
import { callStep } from './sent.ts'
import type { Assign, Shop } from './shop.ts'
import { sendLastTrace } from './trace.ts'

/** The first state: what the execution was given, and null in every variable that is read before it is assigned. */
export function initState(shop: Shop): PassState {
  const { root } = shop.plan
  const given = ['run', 'inputs', 'trigger', 'user'].map(
    (name) => [name, expression(`$states.context.Execution.Input.${name}`)] as const,
  )
  const latest = [...root.frame.latest.values()].map((name) => [name, null] as const)
  return {
    Type: 'Pass',
    Assign: {
      ...Object.fromEntries([...given, ...latest]),
      ...emptyResults(root.frame),
      last: null,
      ...(isMixed(shop) ? { outputs: null } : {}),
      lastError: null,
      trace: {},
    },
    Output: {},
    Next: root.scope.start,
  }
}

/** True if some paths to `finish` assign `outputs` and others do not. */
function isMixed({ enders }: Shop): boolean {
  const known = [...enders.values()].filter((variable) => variable !== null).length
  return known > 0 && known < enders.size
}

/** Whatever the function or its service throws is tried again for minutes; only its verdicts on the output are not. */
const patiently: Retrier[] = [
  { ErrorEquals: ['OutputInvalid', 'output_too_large'], MaxAttempts: 0 },
  {
    ErrorEquals: ['States.TaskFailed', 'States.Timeout'],
    IntervalSeconds: 1,
    MaxAttempts: 12,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
]

/** `finish` and `failed`: one call each, which records how the run ended (aws.md 2.2). */
export function lastStates(shop: Shop): States {
  const { finish, failed, failedEnd } = shop.names
  const { graph } = shop.plan
  const output = outputOf(shop)
  const completed = {
    ...endOf(shop, 'completed'),
    output,
    ...(graph.output ? { schema: constant(graph.output) } : {}),
    ...lastStep(shop),
  }
  const finishState: State = {
    ...callStep(shop, completed, 60),
    Retry: patiently,
    Catch: finishCatchers(failed),
    Output: output,
    End: true,
  }
  const error = {
    stepId: expression('$lastError.stepId'),
    error: expression('$lastError.error'),
    cause: lastMessage,
  }
  const failedState: State = {
    ...callStep(shop, { ...endOf(shop, 'failed'), error }, 60),
    Retry: patiently,
    Catch: ['States.DataLimitExceeded', 'States.ALL'].map((name) => ({
      ErrorEquals: [name],
      Output: {},
      Next: failedEnd,
    })),
    Next: failedEnd,
  }
  const end: State = {
    Type: 'Fail',
    Error: expression('$lastError.error'),
    Cause: lastMessage,
  }
  return { [finish]: finishState, [failed]: failedState, [failedEnd]: end }
}

function endOf(shop: Shop, outcome: 'completed' | 'failed'): Assign {
  return {
    v: 1,
    kind: 'end',
    run: expression('$run'),
    at: expression('$states.context.State.EnteredTime'),
    outcome,
    ...sendLastTrace(shop.plan),
  }
}

/** The result of the step that ended the run, from that step's own variable where it has one. */
function outputOf({ enders }: Shop): Expressions {
  const known = [...enders].filter(([, variable]) => variable !== null).sort(([a], [b]) => (a < b ? -1 : 1))
  const rest = known.length < enders.size ? '$outputs' : known.pop()?.[1]
  const chain = known.map(([id, variable]) => `$ended = ${literalText(id)} ? ${variable} : `)
  return asValue(chain.join('') + (rest ?? 'null'))
}

function lastStep({ enders }: Shop): { lastStepId: Expressions } {
  const [only] = enders.keys()
  return { lastStepId: enders.size === 1 && only !== undefined ? only : expression('$ended') }
}

function finishCatchers(failed: string): Catcher[] {
  const say = (error: Expressions, cause: Expressions) => ({ lastError: { stepId: null, error, cause } })
  return [
    {
      ErrorEquals: ['States.DataLimitExceeded'],
      Assign: say('output_too_large', 'The output is larger than 256 KiB'),
      Output: {},
      Next: failed,
    },
    {
      ErrorEquals: ['States.ALL'],
      Assign: say(expression('$states.errorOutput.Error'), caughtMessage),
      Output: {},
      Next: failed,
    },
  ]
}
