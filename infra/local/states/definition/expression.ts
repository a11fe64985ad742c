import jsonata from 'jsonata-206'
import { ExpressionRefused, type Reads, readTree } from './expression-tree.ts'
import { functionNames } from './functions.ts'

/** A `{% %}` expression, read once. */
export interface Expression {
  /** The JSONata between the delimiters. */
  source: string
  /** Variables of the machine that it may read, and bindings of its own. */
  variables: readonly string[]
  /** Variables that must be assigned when it is evaluated. */
  required: readonly string[]
  /** Paths below `$states` that it reads; an empty path is the whole. */
  states: readonly (readonly string[])[]
  /** If the expression is nothing but a variable and names after it. */
  direct: Direct | null
}

/** A variable, and the names of members to follow from it. */
export interface Direct {
  variable: string
  path: readonly string[]
}

/** True for a text that is evaluated. */
export function isExpression(text: string): boolean {
  return text.length >= 4 && text.startsWith('{%') && text.endsWith('%}')
}

/** True for a text with one delimiter only, which Step Functions refuses. */
export function isHalfOpen(text: string): boolean {
  return !isExpression(text) && (text.startsWith('{%') || text.endsWith('%}'))
}

const kept = new Map<string, Expression>()
const mostKept = 5000

/**
 * Reads an expression with its delimiters. It is parsed as Step Functions' JSONata 2.0.6 would, so that `??` and `?:`
 * are errors of syntax.
 *
 * @throws {ExpressionRefused} with what is wrong.
 */
export function readExpression(text: string): Expression {
  const known = kept.get(text)
  if (known) return known
  const source = text.slice(2, -2).trim()
  const expression = { source, ...analyse(source), direct: readDirect(source) }
  if (kept.size >= mostKept) kept.delete(kept.keys().next().value as string)
  kept.set(text, expression)
  return expression
}

function analyse(source: string): Pick<Expression, 'variables' | 'required' | 'states'> {
  const { names, own, states } = readTree(parse(source))
  const variables = [...names].filter((name) => name !== 'states')
  return {
    variables,
    required: variables.filter((name) => !own.has(name) && !functionNames.has(name)),
    states: withoutRepeats(states),
  }
}

function parse(source: string): unknown {
  try {
    return jsonata(source).ast()
  } catch (error) {
    const { message, position } = error as { message?: string; position?: number }
    const where = position === undefined ? '' : ` at ${position}`
    throw new ExpressionRefused(`${message ?? 'The expression cannot be read'}${where}`)
  }
}

function withoutRepeats(states: Reads['states']): string[][] {
  return [...new Map(states.map((path) => [path.join('.'), path])).values()]
}

const words = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function'])

/** Only this form is read without an evaluator: in it, JSONata does nothing but look up members. */
function readDirect(source: string): Direct | null {
  const found = /^\$([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)$/.exec(source)
  if (!found) return null
  const path = (found[2] as string).split('.').slice(1)
  return path.some((name) => words.has(name)) ? null : { variable: found[1] as string, path }
}
