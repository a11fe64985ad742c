/** What an expression reads, found in its syntax tree. */
export interface Reads {
  /** Variables and functions that are named. */
  names: Set<string>
  /** Names that the expression binds itself. */
  own: Set<string>
  /** Paths below `$states`, e.g. `['context', 'State', 'Name']`; an empty path is the whole of it. */
  states: string[][]
}

/** A reason why Step Functions would refuse the expression. */
export class ExpressionRefused extends Error {}

interface Tree {
  type?: string
  value?: unknown
  steps?: Tree[]
  arguments?: Tree[]
  body?: Tree
  lhs?: unknown
  rhs?: unknown
  stages?: unknown
  predicate?: unknown
  group?: unknown
  [member: string]: unknown
}

/**
 * Reads a tree of the JSONata parser.
 *
 * @throws {ExpressionRefused} for `$eval`, `$`, `$$` and names without `$` where no value is in sight.
 */
export function readTree(tree: unknown): Reads {
  const reads: Reads = { names: new Set(), own: new Set(), states: [] }
  walk(tree, false, reads)
  return reads
}

/** `inside` is true where a value is in sight, so that `$` and bare names mean something. */
function walk(node: unknown, inside: boolean, reads: Reads): void {
  if (Array.isArray(node)) for (const member of node) walk(member, inside, reads)
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return
  const tree = node as Tree
  switch (tree.type) {
    case 'path':
      walkPath(tree, inside, reads)
      return
    case 'variable':
      readVariable(tree, inside, reads)
      walkSuffix(tree, reads)
      return
    case 'bind':
      reads.own.add(String((tree.lhs as Tree).value))
      walk(tree.rhs, inside, reads)
      return
    case 'lambda':
      for (const parameter of tree.arguments ?? []) reads.own.add(String(parameter.value))
      walk(tree.body, true, reads)
      return
    case 'transform':
      walk([tree.pattern, tree.update, tree.delete], true, reads)
      return
    default:
      for (const [name, member] of Object.entries(tree))
        if (!suffixes.has(name)) walk(member, inside || tree.type === 'sort', reads)
      walkSuffix(tree, reads)
      return
  }
}

/** Parts of a node that look at the value before them. */
const suffixes = new Set(['predicate', 'stages', 'group'])

function walkSuffix(tree: Tree, reads: Reads): void {
  for (const name of suffixes) walk(tree[name], true, reads)
}

function walkPath(tree: Tree, inside: boolean, reads: Reads): void {
  const [first, ...rest] = tree.steps as [Tree, ...Tree[]]
  if (!inside && ['name', 'wildcard', 'descendant', 'parent'].includes(String(first.type)))
    throw new ExpressionRefused(`${String(first.value)} is read from nowhere: write $ before a variable`)
  if (first.type === 'variable' && first.value === 'states') {
    reads.states.push(namesOf(first, rest))
    walkSuffix(first, reads)
  } else if (first.type === 'name') walkSuffix(first, reads)
  else walk(first, inside, reads)
  for (const step of rest) {
    if (step.type === 'name') walkSuffix(step, reads)
    else walk(step, true, reads)
  }
  walkSuffix(tree, reads)
}

function namesOf(first: Tree, rest: Tree[]): string[] {
  const names: string[] = []
  if (isFiltered(first)) return names
  for (const step of rest) {
    if (step.type !== 'name') break
    names.push(String(step.value))
    if (isFiltered(step)) break
  }
  return names
}

function isFiltered(tree: Tree): boolean {
  return tree.predicate !== undefined || tree.stages !== undefined || tree.group !== undefined
}

function readVariable(tree: Tree, inside: boolean, reads: Reads): void {
  const name = String(tree.value)
  if (name === '$') throw new ExpressionRefused('$$ is not supported')
  if (name === 'eval') throw new ExpressionRefused('$eval is not supported')
  if (name === 'states') reads.states.push([])
  else if (name !== '') reads.names.add(name)
  else if (!inside) throw new ExpressionRefused('$ is not supported outside of a path or function')
}
