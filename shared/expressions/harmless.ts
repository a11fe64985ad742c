import { childrenOf, type Tree } from './tree.ts'

/** Built-in functions that cannot loop: a tree of these and of plain nodes may be evaluated by JSONata in this process. */
const harmless = new Set([
  'exists',
  'string',
  'type',
  'boolean',
  'not',
  'count',
  'number',
  'merge',
  'length',
  'lookup',
  'floor',
  'abs',
  'formatBase',
])
const harmlessNodes = new Set([
  'string',
  'number',
  'value',
  'variable',
  'name',
  'path',
  'block',
  'bind',
  'condition',
  'unary',
  'binary',
  'function',
  'wildcard',
  'filter',
])

/** True if nothing in the tree can loop (aws.md 6.4). */
export function isHarmless(tree: Tree): boolean {
  if (!harmlessNodes.has(tree.type)) return false
  if (tree.type === 'binary' && tree.value === '..') return false
  if (tree.type === 'function' && !harmless.has(String(tree.procedure?.value))) return false
  // A later step that computes would multiply lists with each other.
  if (
    tree.type === 'path' &&
    (tree.group || tree.steps?.slice(1).some(({ type }) => type !== 'name' && type !== 'wildcard'))
  )
    return false
  return childrenOf(tree).every(isHarmless)
}
