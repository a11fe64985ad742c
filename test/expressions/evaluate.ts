import jsonata from 'jsonata'
import jsonata206 from 'jsonata-206'
import { prepareTree, registerFunctions } from '../../shared/expressions/child-functions.ts'

/** What an evaluation came to, comparable: JSON text of the value, `nothing`, or the code of the error. */
export type Outcome = string

type Bindings = Record<string, unknown>

/** Evaluates with JSONata 2.0.6, the version of Step Functions. */
export function evaluate206(source: string, bindings: Bindings, input?: unknown): Promise<Outcome> {
  return outcomeOf(() => jsonata206(source).evaluate(copy(input), copy(bindings)))
}

/** Evaluates with JSONata 2.2.2, as the children prepare it. */
export function evaluate222(source: string, bindings: Bindings, input?: unknown): Promise<Outcome> {
  return outcomeOf(() => {
    const expression = jsonata(source)
    prepareTree(expression.ast())
    registerFunctions(expression)
    return expression.evaluate(copy(input), copy(bindings))
  })
}

/** True for the outcome of an evaluation that failed. */
export function isFailure(outcome: Outcome): boolean {
  return outcome.startsWith('!')
}

/** The outcome of any evaluator. */
export async function outcomeOf(evaluate: () => Promise<unknown> | unknown): Promise<Outcome> {
  try {
    const value = await evaluate()
    return value === undefined ? 'nothing' : JSON.stringify(value, onlyJson)
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string }
    return `!${code === 'States.QueryEvaluationError' ? message?.split(':')[0] : (code ?? message)}`
  }
}

function onlyJson(_name: string, value: unknown): unknown {
  const marks = value as { _jsonata_lambda?: unknown; _jsonata_function?: unknown } | null
  const isFunction = typeof value === 'function' || marks?._jsonata_lambda || marks?._jsonata_function
  if (isFunction) throw new Error('function')
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('range')
  return value
}

// Evaluators mark arrays they are given; the next one must not see that.
function copy<T>(value: T): T {
  return structuredClone(value)
}
