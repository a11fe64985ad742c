import { directFunctions } from './direct-functions.ts'
import { isFunctionName } from './functions.ts'
import { numberPattern } from './guards.ts'
import { boundNames } from './names.ts'
import { eachChild, type Tree } from './tree.ts'

/**
 * True if the expression may be evaluated in the main process (aws.md 6.4): paths, filters, literals, variables,
 * operators, conditionals, constructors, blocks that set variables, and a short list of functions. Nothing in it can
 * loop by itself; what a large value costs is bounded by `limits.directWork`.
 */
export function isSafe(tree: Tree): boolean {
  for (const name of boundNames(tree)) if (isFunctionName(name)) return false
  return isSafeBelow(tree)
}

function isSafeBelow(tree: Tree): boolean {
  if (!isSafeNode(tree)) return false
  let safe = true
  // The function that is called is judged with the call; anywhere else a function is a value, and not safe.
  eachChild(withoutProcedure(tree), (child) => {
    safe &&= isSafeBelow(child)
  })
  return safe
}

function withoutProcedure(tree: Tree): Tree {
  return tree.type === 'function' ? { ...tree, procedure: { type: 'value', value: null } } : tree
}

function isSafeNode(tree: Tree): boolean {
  if (tree.focus ?? tree.index ?? tree.keepArray ?? tree.group) return false
  if (tree.stages?.some((stage) => stage.type !== 'filter')) return false
  // `:=` elsewhere than in a block depends on the order in which an evaluator happens to work.
  if (tree.type !== 'block' && hasBind(tree)) return false
  switch (tree.type) {
    case 'path':
      return !tree.steps.some((step) => step.type === 'array')
    case 'variable':
      return tree.value !== '$' && tree.value !== 'eval' && !isFunctionName(tree.value)
    case 'binary':
      return tree.value !== '..'
    case 'function':
      return isSafeCall(tree)
    case 'regex':
      return tree.value.source === numberPattern && tree.value.flags === 'g'
    case 'name':
    case 'string':
    case 'number':
    case 'value':
    case 'block':
    case 'condition':
    case 'bind':
    case 'negative':
    case 'array':
    case 'object':
      return true
    default:
      return false
  }
}

function hasBind(tree: Tree): boolean {
  let found = false
  eachChild(tree, (child) => {
    found ||= child.type === 'bind'
  })
  return found
}

function isSafeCall(tree: Tree & { type: 'function' | 'partial' }): boolean {
  if (tree.procedure.type !== 'variable' || tree.procedure.predicate) return false
  const known = Object.hasOwn(directFunctions, tree.procedure.value)
    ? directFunctions[tree.procedure.value]
    : undefined
  if (known === undefined) return false
  const count = tree.arguments.length
  if (count < known.least || count > known.most) return false
  const isRegex = tree.arguments.map((argument) => argument.type === 'regex')
  return tree.procedure.value === 'contains' ? isRegex[1] === true && !isRegex[0] : !isRegex.includes(true)
}
