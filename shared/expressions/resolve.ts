import { block, nothing, text, variable } from './build.ts'
import { limits } from './limits.ts'
import { boundNames } from './names.ts'
import { parseJsonata } from './parse.ts'
import { mapChildren, type NameTree, type PathTree, someTree, type Tree } from './tree.ts'
import { types } from './types.ts'

/** Where names of the run are found by the machine. */
export interface Names {
  /** JSONata for a name, e.g. `$s_customer` or `$inputs.topic`; undefined for an unknown one, which reads as null. */
  lookup(name: string): string | undefined
}

/**
 * Puts the machine's variables in the place of names. The result gives what the expression would give for an object of
 * the names it uses as context; variables of the author that would hide a machine's are renamed.
 */
export function resolve(tree: Tree, names: Names): Tree {
  const bases = new Map<string, Tree | undefined>()
  const taken = new Set<string>()
  const lookup = (name: string): Tree | undefined => {
    if (!bases.has(name)) bases.set(name, readBase(names.lookup(name), taken))
    return bases.get(name)
  }
  const resolved = place(tree, false, lookup)
  const clashes = [...boundNames(tree)].filter((name) => taken.has(name))
  if (clashes.length === 0) return resolved
  const fresh = new Map(clashes.map((name) => [name, freshName(name, tree, taken)]))
  return place(rename(tree, fresh), false, lookup)
}

function readBase(source: string | undefined, taken: Set<string>): Tree | undefined {
  if (source === undefined) return undefined
  const base = readOnce(source)
  someTree(base, (found) => {
    if (found.type === 'variable') taken.add(found.value)
    return false
  })
  // The compiler sets every variable before the first step, if only to null.
  return base.type === 'variable' ? variable(base.value, types.value) : base
}

const read = new Map<string, Tree>()

// Many expressions of a flow read the same few names.
function readOnce(source: string): Tree {
  const tree = read.get(source) ?? parseJsonata(source)
  if (read.size >= limits.cachedExpressions) read.clear()
  read.set(source, tree)
  return tree
}

function freshName(name: string, tree: Tree, taken: Set<string>): string {
  const bound = boundNames(tree)
  let fresh = `${name}_`
  while (bound.has(fresh) || taken.has(fresh)) fresh += '_'
  return fresh
}

function rename(tree: Tree, fresh: Map<string, string>): Tree {
  const to = (name: string) => fresh.get(name) ?? name
  const copy = mapChildren(tree, (child) => rename(child, fresh))
  if (copy.type === 'variable') copy.value = to(copy.value)
  if (copy.type === 'bind') copy.name = to(copy.name)
  if (copy.type === 'lambda') copy.arguments = copy.arguments.map(to)
  if (copy.focus !== undefined) copy.focus = to(copy.focus)
  if (copy.index !== undefined) copy.index = to(copy.index)
  for (const stage of copy.stages ?? []) if (stage.type === 'index') stage.value = to(stage.value)
  return copy
}

type Lookup = (name: string) => Tree | undefined

function place(tree: Tree, inner: boolean, lookup: Lookup): Tree {
  const copy = mapChildren(tree, (child, itself) => place(child, inner || itself, lookup))
  if (inner || copy.type !== 'path') return copy
  const [first, ...rest] = copy.steps
  return first?.type === 'name' ? placePath(copy, first, rest, lookup(first.value)) : copy
}

function placePath(path: PathTree, first: NameTree, rest: Tree[], base: Tree | undefined): Tree {
  if (base === undefined) return nothing
  if (needsObject(path, first)) return { ...path, steps: [objectOf(first.value, base), first, ...rest] }
  const steps = first.stages === undefined && base.type === 'path' ? base.steps : [asStep(base, first)]
  const group = path.group ? { group: path.group } : {}
  if (steps.length + rest.length === 1) return { ...steps[0]!, ...group }
  return { type: 'path', steps: [...steps, ...rest], ...group }
}

// `[]`, `@`, `#` and `%` mean something else behind a variable than behind a name.
function needsObject(path: PathTree, first: NameTree): boolean {
  if (first.keepArray || first.focus !== undefined || first.index !== undefined) return true
  if (first.stages?.some((stage) => stage.type === 'index')) return true
  return someTree(path, (found) => found.type === 'parent')
}

function objectOf(name: string, base: Tree): Tree {
  return { type: 'object', pairs: [[text(name), base]] }
}

function asStep(base: Tree, first: NameTree): Tree {
  const step = base.type === 'variable' ? base : block(base)
  return first.stages ? { ...step, predicate: first.stages } : step
}
