import { eachChild, type NameTree, type PathTree, someTree, type Tree } from './tree.ts'

/** A name that an expression reads from the run: an input, a step, `last`, `secrets` ... */
export interface FreeName {
  name: string
  /** The members that follow as plain names, e.g. `['body', 'score']`. */
  path: string[]
  /** Where it begins in the expression, in characters. */
  offset: number
  /** It is read in every run, so that an unknown one deserves a warning. */
  certain: boolean
}

/**
 * The names an expression reads from the run, in the order written. Names inside a filter, or behind a dot, are members
 * of the item and not among them.
 */
export function freeNames(tree: Tree): FreeName[] {
  const found: FreeName[] = []
  collect(tree, false, found)
  return found
}

/** The keys of `secrets.KEY`; `*` where the key cannot be told from the text. */
export function secretsIn(tree: Tree): string[] {
  const keys = freeNames(tree).filter((free) => free.name === 'secrets')
  return [...new Set(keys.map((free) => free.path[0] ?? '*'))]
}

function collect(tree: Tree, inner: boolean, found: FreeName[]): void {
  const first = tree.type === 'path' ? tree.steps[0] : undefined
  if (!inner && tree.type === 'path' && first?.type === 'name') found.push(readName(tree, first))
  eachChild(tree, (child, itself) => collect(child, inner || itself, found))
}

function readName(tree: PathTree, first: NameTree): FreeName {
  const path: string[] = []
  if (!first.stages)
    for (const step of tree.steps.slice(1)) {
      if (step.type !== 'name') break
      path.push(step.value)
      if (step.stages) break
    }
  const offset = Math.max(0, (first.position ?? first.value.length) - first.value.length)
  return { name: first.value, path, offset, certain: true }
}

/** Every variable that the expression sets itself: `:=`, function parameters, `@$v`, `#$i`. */
export function boundNames(tree: Tree): Set<string> {
  const names = new Set<string>()
  someTree(tree, (found) => {
    if (found.type === 'bind') names.add(found.name)
    if (found.type === 'lambda') for (const name of found.arguments) names.add(name)
    for (const name of [found.focus, found.index]) if (name !== undefined) names.add(name)
    for (const stage of found.stages ?? []) if (stage.type === 'index') names.add(stage.value)
    return false
  })
  return names
}
