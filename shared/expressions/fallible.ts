import { asCall } from './apply.ts'
import { isFunctionName, signatureOf } from './functions.ts'
import { fallible } from './guards.ts'
import { type CallTree, eachChild, type LambdaTree, type Tree } from './tree.ts'

/** Why an expression can fail at run time although it was made total, and where. */
export interface Weakness {
  message: string
  offset: number
}

/**
 * True if the expression can fail even as it is printed: it ends the run on purpose, reads text that may be malformed,
 * uses a regular expression or a recursive function (time), or calls what cannot be told from the text. Time, memory
 * and the 256 KiB of a value bound every expression besides.
 */
export function canFail(tree: Tree): boolean {
  return weaknessOf(tree) !== undefined
}

/** The first reason why the expression can fail, or undefined if it cannot. */
export function weaknessOf(tree: Tree): Weakness | undefined {
  return find(tree, new Map())
}

/** Functions that the expression has defined by `$f := function…` before, in a block around the place. */
type Known = ReadonlyMap<string, LambdaTree>

function find(tree: Tree, known: Known): Weakness | undefined {
  const called = asCall(tree)
  if (called) return find(called, known)
  const message = reason(tree, known)
  if (message !== undefined) return { message, offset: Math.max(0, (tree.position ?? 1) - 1) }
  if (tree.type === 'block' && !tree.predicate && !tree.stages) return findInBlock(tree.expressions, known)
  const inside = tree.type === 'lambda' ? without(known, tree.arguments) : known
  let weakness: Weakness | undefined
  eachChild(tree, (child) => {
    weakness ??= find(child, inside)
  })
  return weakness
}

function findInBlock(expressions: Tree[], outer: Known): Weakness | undefined {
  let known = outer
  for (const expression of expressions) {
    const weakness = find(expression, known)
    if (weakness) return weakness
    if (expression.type !== 'bind') continue
    known = without(known, [expression.name])
    if (expression.rhs.type === 'lambda') known = new Map([...known, [expression.name, expression.rhs]])
  }
  return undefined
}

function without(known: Known, names: string[]): Known {
  return new Map([...known].filter(([name]) => !names.includes(name)))
}

function reason(tree: Tree, known: Known): string | undefined {
  if (tree.type === 'regex') return 'a regular expression can run out of time or match nothing'
  if (tree.type === 'partial') return 'a partly applied function is not checked'
  if (tree.type === 'transform') return 'a transform `| |` is not checked'
  if (tree.type === 'lambda' && tree.signature) return 'a function with a signature fails on other types'
  if (tree.type === 'apply') return 'what stands behind `~>` is not checked'
  if (tree.group && tree.group.length > 1 && tree.group.some(([key]) => key.type !== 'string'))
    return 'two keys of a grouping can be the same'
  if (tree.type === 'function') return callReason(tree, known)
  return tree.type !== 'bind' && hasFunction(tree, known) ? 'a function is used as a value' : undefined
}

function hasFunction(tree: Tree, known: Known): boolean {
  let found = false
  eachChild(tree, (child) => {
    found ||= isFunctionValue(child, known)
  })
  return found
}

function isFunctionValue(tree: Tree, known: Known): boolean {
  if (tree.type === 'variable') return isFunctionName(tree.value) || known.has(tree.value)
  return tree.type === 'lambda'
}

function callReason(tree: CallTree, known: Known): string | undefined {
  const { procedure } = tree
  if (procedure.type === 'lambda') return valueReason(tree.arguments, known)
  if (procedure.type !== 'variable') return 'it cannot be told which function is called'
  const name = procedure.value
  if (isFunctionName(name)) return fallible[name] ?? argumentReason(name, tree.arguments, known)
  if (known.has(name)) return valueReason(tree.arguments, known)
  // A function does not know itself yet where its body is checked.
  return `\`$${name}\` is no function that is defined before, so it may be none, or never end`
}

function valueReason(args: Tree[], known: Known): string | undefined {
  return args.some((argument) => isFunctionValue(argument, known))
    ? 'a function is used as a value'
    : undefined
}

function argumentReason(name: string, args: Tree[], known: Known): string | undefined {
  const [, second] = args
  if ((name === 'toMillis' || name === 'fromMillis') && args.length > 1)
    return `\`$${name}\` fails on a picture it cannot read`
  if (name === 'now' && args.length > 0) return '`$now` fails on a picture it cannot read'
  if (name === 'power' && !(second?.type === 'number' && [0, 1, 2, 3, 4, 5].includes(second.value)))
    return '`$power` fails where the result is too large'
  if (name === 'hash' && !(second?.type === 'string' && /^(MD5|SHA-(1|256|384|512))$/.test(second.value)))
    return '`$hash` fails on an algorithm it does not know'
  const { parameters } = signatureOf(name)
  const takesFunction = (at: number) => parameters[at]?.types.includes('f') === true
  const plain = valueReason(
    args.filter((_argument, at) => !takesFunction(at)),
    known,
  )
  const callbacks = args.filter((_argument, at) => takesFunction(at))
  return plain ?? callbacks.map((callback) => callbackReason(name, callback, known)).find(Boolean)
}

function callbackReason(name: string, callback: Tree, known: Known): string | undefined {
  const own = callback.type === 'variable' ? known.get(callback.value) : undefined
  const lambda = callback.type === 'lambda' ? callback : own
  if (name === 'split' || name === 'replace' || name === 'contains')
    return lambda ? 'a function in the place of a pattern is not checked' : undefined
  if (lambda)
    return name === 'reduce' && lambda.arguments.length < 2 ? '`$reduce` needs two parameters' : undefined
  const isChecked =
    callback.type === 'variable' &&
    isFunctionName(callback.value) &&
    signatureOf(callback.value).parameters.filter((parameter) => !parameter.optional).length === 1
  return isChecked && name !== 'reduce' && !fallible[callback.value]
    ? undefined
    : 'the function handed over is not checked'
}
