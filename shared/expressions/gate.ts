import { ExpressionError } from './expression-error.ts'
import { deepestTree, longestExpression } from './limits.ts'
import { childrenOf, parseTree, type Tree } from './tree.ts'

/** Names of variables that authors may not use, and why. */
const refusedVariables: Record<string, string> = {
  eval: '$eval is not part of the language: Step Functions does not have it',
  $: '$$ is not part of the language: name the input or step that you mean',
  states: '$states is not part of the language: name the input or step that you mean',
}

/**
 * Reads an author's expression and refuses what Step Functions would refuse or what has no meaning in a flow. The
 * parser of 2.0.6 refuses `??` and `?:` by itself.
 *
 * @param offset where the expression stands in its text, for the place of an error.
 * @throws {ExpressionError}
 */
export function readExpression(source: string, offset = 0): Tree {
  if (source.length > longestExpression)
    throw new ExpressionError(
      'expression_too_long',
      `An expression has at most ${longestExpression} characters, this has ${source.length}`,
      offset,
    )
  if (source.trim() === '')
    throw new ExpressionError('expression_syntax', 'There is no expression between {{ and }}', offset)
  const tree = parseTree(source, offset)
  inspect(tree, { depth: 0, top: true, offset })
  return tree
}

interface Place {
  depth: number
  /** False where JSONata has given `$` a value: in predicates, later steps of a path, sort terms. */
  top: boolean
  offset: number
}

function inspect(tree: Tree, place: Place): void {
  const at = place.offset + Math.max(0, (tree.position ?? 1) - 1)
  if (place.depth > deepestTree)
    throw new ExpressionError('expression_too_deep', `An expression nests at most ${deepestTree} levels`, at)
  if (tree.type === 'variable') refuseVariable(String(tree.value), place.top, at)
  if (place.top && (tree.type === 'wildcard' || tree.type === 'descendant' || tree.type === 'parent'))
    throw new ExpressionError(
      'expression_unsupported',
      `${String(tree.value ?? '%')} needs a name before it`,
      at,
    )
  const below = { ...place, depth: place.depth + 1 }
  if (tree.type === 'path') inspectPath(tree, below)
  else
    for (const child of childrenOf(tree))
      inspect(child, { ...below, top: place.top && !inStages(tree, child) })
}

function inspectPath(tree: Tree, below: Place): void {
  const [first, ...rest] = tree.steps ?? []
  if (first) inspect(first, below)
  for (const step of rest) inspect(step, { ...below, top: false })
  for (const pair of tree.group?.lhs ?? []) for (const side of pair) inspect(side, { ...below, top: false })
}

function inStages(tree: Tree, child: Tree): boolean {
  return [...(tree.stages ?? []), ...(tree.predicate ?? [])].includes(child)
}

function refuseVariable(name: string, top: boolean, at: number): void {
  const why = Object.hasOwn(refusedVariables, name) ? refusedVariables[name] : undefined
  if (why !== undefined) throw new ExpressionError('expression_unsupported', why, at)
  if (name === '' && top)
    throw new ExpressionError(
      'expression_unsupported',
      '$ has no value here: name the input or step that you mean',
      at,
    )
}
