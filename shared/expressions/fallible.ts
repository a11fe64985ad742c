import { asCall } from './apply.ts'
import { isFunctionName, signatureOf } from './functions.ts'
import { fallible } from './guards.ts'
import { type CallTree, eachChild, someTree, type Tree } from './tree.ts'

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
  const functions = ownFunctions(tree)
  return find(tree, (found) => reason(found, functions))
}

function find(tree: Tree, test: (tree: Tree) => string | undefined): Weakness | undefined {
  const called = asCall(tree)
  if (called) return find(called, test)
  const message = test(tree)
  if (message !== undefined) return { message, offset: Math.max(0, (tree.position ?? 1) - 1) }
  let weakness: Weakness | undefined
  eachChild(tree, (child) => {
    weakness ??= find(child, test)
  })
  return weakness
}

/** Functions the expression defines by `$f := function…` and never sets to anything else. */
function ownFunctions(tree: Tree): Map<string, Tree> {
  const functions = new Map<string, Tree>()
  const others = new Set<string>()
  someTree(tree, (found) => {
    if (found.type === 'lambda') for (const name of found.arguments) others.add(name)
    for (const name of [found.focus, found.index]) if (name !== undefined) others.add(name)
    if (found.type !== 'bind') return false
    if (found.rhs.type !== 'lambda' || functions.has(found.name)) others.add(found.name)
    functions.set(found.name, found.rhs)
    return false
  })
  for (const name of others) functions.delete(name)
  return functions
}

function reason(tree: Tree, functions: Map<string, Tree>): string | undefined {
  if (tree.type === 'regex') return 'a regular expression can run out of time or match nothing'
  if (tree.type === 'partial') return 'a partly applied function is not checked'
  if (tree.type === 'transform') return 'a transform `| |` is not checked'
  if (tree.type === 'lambda' && tree.signature) return 'a function with a signature fails on other types'
  if (tree.type === 'apply') return 'what stands behind `~>` is not checked'
  if (tree.group && tree.group.length > 1 && tree.group.some(([key]) => key.type !== 'string'))
    return 'two keys of a grouping can be the same'
  if (tree.type === 'bind' && functions.has(tree.name)) return recursion(tree.rhs, functions)
  return tree.type === 'function' ? callReason(tree, functions) : undefined
}

function recursion(body: Tree, functions: Map<string, Tree>): string | undefined {
  const loops = someTree(body, (found) => found.type === 'variable' && functions.has(found.value))
  return loops ? 'a function that calls another one of the expression may never end' : undefined
}

function callReason(tree: CallTree, functions: Map<string, Tree>): string | undefined {
  const { procedure } = tree
  if (procedure.type === 'lambda') return undefined
  if (procedure.type !== 'variable') return 'it cannot be told which function is called'
  const name = procedure.value
  if (!isFunctionName(name))
    return functions.has(name) ? undefined : `it cannot be told whether \`$${name}\` is a function`
  return fallible[name] ?? argumentReason(name, tree.arguments)
}

function argumentReason(name: string, args: Tree[]): string | undefined {
  const [, second] = args
  if ((name === 'toMillis' || name === 'fromMillis') && args.length > 1)
    return `\`$${name}\` fails on a picture it cannot read`
  if (name === 'now' && args.length > 0) return '`$now` fails on a picture it cannot read'
  if (name === 'power' && !(second?.type === 'number' && [0, 1, 2, 3, 4, 5].includes(second.value)))
    return '`$power` fails where the result is too large'
  if (name === 'hash' && !(second?.type === 'string' && /^(MD5|SHA-(1|256|384|512))$/.test(second.value)))
    return '`$hash` fails on an algorithm it does not know'
  const { parameters } = signatureOf(name)
  const callbacks = args.filter(
    (_argument, at) => parameters[at]?.types.includes('f') && parameters[at].types !== 'x',
  )
  return callbacks.map((callback) => callbackReason(name, callback)).find((found) => found !== undefined)
}

function callbackReason(name: string, callback: Tree): string | undefined {
  if (name === 'split' || name === 'replace' || name === 'contains')
    return callback.type === 'lambda' ? 'a function in the place of a pattern is not checked' : undefined
  if (callback.type === 'lambda')
    return name === 'reduce' && callback.arguments.length < 2
      ? '`$reduce` needs a function of two parameters'
      : undefined
  const single =
    callback.type === 'variable' &&
    isFunctionName(callback.value) &&
    signatureOf(callback.value).parameters.filter((parameter) => !parameter.optional).length === 1
  return single && name !== 'reduce' && callback.type === 'variable' && !fallible[callback.value]
    ? undefined
    : 'the function handed over is not checked'
}
