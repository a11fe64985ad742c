import { binary, bind, block, call, choose, number, text, variable } from './build.ts'
import type { Tree } from './tree.ts'
import { types, typesOf } from './types.ts'

/** Gives the name of a helper variable that hides none of the expression's own. */
export type Fresh = (name: string) => string

/** True where a value can be named twice without being worked out twice. */
export function isSimple(tree: Tree): boolean {
  if (tree.predicate ?? tree.stages ?? tree.group ?? tree.keepArray) return false
  return tree.type === 'variable' || isLiteral(tree)
}

/** A literal text, number, boolean or null. */
export function isLiteral(tree: Tree): tree is Tree & { type: 'string' | 'number' | 'value' } {
  return tree.type === 'string' || tree.type === 'number' || tree.type === 'value'
}

/** `$type($l) = "number"` */
export function hasType(tree: Tree, type: string): Tree {
  return binary(call('type', tree), '=', text(type))
}

const helperNames = ['l', 'r']

/** Names what is not simple, so that it can be tested first; `binds` then stand before the test. */
export function nameAll(
  operands: Tree[],
  fresh: Fresh,
  names = helperNames,
): { binds: Tree[]; named: Tree[] } {
  const binds: Tree[] = []
  const named = operands.map((operand, at) => {
    if (isSimple(operand)) return operand
    const name = fresh(names[at] ?? `a${at}`)
    binds.push(bind(name, operand))
    return variable(name, typesOf(operand))
  })
  return { binds, named }
}

/** A block only where there is something to name. */
export function inBlock(binds: Tree[], result: Tree): Tree {
  return binds.length === 0 ? result : block(...binds, result)
}

/** The largest number an arithmetic result may have; beyond it JSON has none. */
const largest = 1e308

/** Gives nothing instead of a number that JSON cannot carry; the tree must give a number or nothing. */
export function inRange(tree: Tree, fresh: Fresh): Tree {
  if (tree.type === 'binary' && staysInRange(tree.lhs, tree.value, tree.rhs)) return tree
  const name = fresh('n')
  const result = variable(name, types.number)
  return block(bind(name, tree), choose(binary(call('abs', result), '<', number(largest)), result))
}

function staysInRange(lhs: Tree, operator: string, rhs: Tree): boolean {
  if (operator === '%') return true
  if (operator === '/') return rhs.type === 'number' && Math.abs(rhs.value) >= 1
  if (operator === '*')
    return isSmall(lhs, 1) || isSmall(rhs, 1) || (isSmall(lhs, 1e100) && isSmall(rhs, 1e100))
  return isSmall(lhs, 1e100) || isSmall(rhs, 1e100)
}

function isSmall(tree: Tree, bound: number): boolean {
  if (tree.type === 'number') return Math.abs(tree.value) <= bound
  const counts = tree.type === 'function' && tree.procedure.type === 'variable' && tree.procedure.value
  return bound > 1 && (counts === 'count' || counts === 'length')
}
