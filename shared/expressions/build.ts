import { parseJsonata } from './parse.ts'
import { type BlockTree, type ConditionTree, mapChildren, type Tree, type VariableTree } from './tree.ts'

// Small makers of trees, for the rewriting that makes an expression total.

export function variable(name: string, types?: number): VariableTree {
  return { type: 'variable', value: name, ...(types !== undefined && { types }) }
}

/** A string. */
export function text(value: string): Tree {
  return { type: 'string', value }
}

/** A number. */
export function number(value: number): Tree {
  return { type: 'number', value }
}

/** `true`, `false` or `null`. */
export function constant(value: boolean | null): Tree {
  return { type: 'value', value }
}

/** `$name(args)`. */
export function call(name: string, ...args: Tree[]): Tree {
  return { type: 'function', procedure: variable(name), arguments: args }
}

/** `lhs value rhs`, e.g. with `=` as value. @param types what it can give (types.ts). */
export function binary(lhs: Tree, value: string, rhs: Tree, types?: number): Tree {
  return { type: 'binary', value, lhs, rhs, ...(types !== undefined && { types }) }
}

/** `$name := rhs`. */
export function bind(name: string, rhs: Tree): Tree {
  return { type: 'bind', name, rhs }
}

/** `(first; second; …)`. */
export function block(...expressions: Tree[]): BlockTree {
  return { type: 'block', expressions }
}

/** `condition ? then : otherwise`; nothing where `otherwise` is left out. */
export function choose(condition: Tree, then: Tree, otherwise?: Tree): ConditionTree {
  return { type: 'condition', condition, then, ...(otherwise && { else: otherwise }) }
}

/** `a and b and c`; undefined for none. */
export function all(conditions: Tree[]): Tree | undefined {
  return conditions.reduce<Tree | undefined>(
    (left, right) => (left ? binary(left, 'and', right) : right),
    undefined,
  )
}

/** No value: what a path without a match gives. */
export const nothing: Tree = { type: 'block', expressions: [] }

const snippets = new Map<string, Tree>()

/** The tree of a piece of JSONata in which `$x` stands for a value. */
export function snippet(source: string, x: Tree): Tree {
  const known = snippets.get(source) ?? parseJsonata(source)
  snippets.set(source, known)
  const put = (tree: Tree): Tree =>
    tree.type === 'variable' && tree.value === 'x' ? putMarks(tree) : mapChildren(tree, put)
  const putMarks = (tree: Tree): Tree => {
    const { value: _value, type: _type, ...marks } = mapChildren(tree, put) as VariableTree
    return { ...x, ...marks } as Tree
  }
  return put(known)
}
