import { childrenOf, type Tree } from './tree.ts'

/** A name that an expression reads from its context. */
export interface FreeName {
  name: string
  /** What it reads of it, as far as that is plain member access. */
  path: string[]
  /** Characters from the beginning of the expression. */
  offset: number
  /** True where the name can only mean the context; inside predicates and later steps it means a member of an item. */
  certain: boolean
}

/** The names that an expression reads from its context, in order. */
export function freeNames(tree: Tree, certain = true): FreeName[] {
  if (tree.type !== 'path')
    return childrenOf(tree).flatMap((child) => freeNames(child, certain && !isStage(tree, child)))
  const [first, ...rest] = tree.steps ?? []
  if (first === undefined) return []
  const grouped = (tree.group?.lhs ?? []).flat()
  const within = [
    ...stagesOf(first),
    ...rest.flatMap((step) => (step.type === 'name' ? stagesOf(step) : [step])),
    ...grouped,
  ]
  const below = within.flatMap((step) => freeNames(step, false))
  if (first.type !== 'name') return [...freeNames({ ...first, stages: [], predicate: [] }, certain), ...below]
  return [
    { name: String(first.value), path: pathAfter(first, rest), offset: offsetOf(first), certain },
    ...below,
  ]
}

/** The uses of secrets: `secrets.KEY` gives `KEY`, any other use of `secrets` gives null. */
export function secretsIn(tree: Tree): (string | null)[] {
  return freeNames(tree)
    .filter(({ name }) => name === 'secrets')
    .map(({ path, certain }) => (certain && path.length === 1 ? path[0]! : null))
}

function pathAfter(first: Tree, rest: Tree[]): string[] {
  const path: string[] = []
  if (stagesOf(first).length > 0) return path
  for (const step of rest) {
    if (step.type !== 'name') break
    path.push(String(step.value))
    if (stagesOf(step).length > 0) break
  }
  return path
}

function stagesOf(tree: Tree): Tree[] {
  return [...(tree.stages ?? []), ...(tree.predicate ?? [])]
}

function isStage(tree: Tree, child: Tree): boolean {
  return stagesOf(tree).includes(child)
}

function offsetOf(name: Tree): number {
  return Math.max(0, (name.position ?? 0) - String(name.value).length)
}
