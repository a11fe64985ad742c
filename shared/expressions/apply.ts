import type { Tree } from './tree.ts'

/** `a ~> $f(b)` as the call `$f(a, b)` that it is; undefined for anything else, and for functions joined by `~>`. */
export function asCall(tree: Tree): Tree | undefined {
  if (tree.type !== 'apply') return undefined
  const { lhs, rhs } = tree
  if (rhs.type === 'function') return { ...rhs, arguments: [lhs, ...rhs.arguments] }
  const joins =
    lhs.type === 'lambda' || lhs.type === 'variable' || lhs.type === 'partial' || lhs.type === 'block'
  if (rhs.type !== 'variable' || joins) return undefined
  const at = tree.position === undefined ? {} : { position: tree.position }
  return { type: 'function', procedure: rhs, arguments: [lhs], ...at }
}
