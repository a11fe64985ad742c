/** What any node may carry besides its own members; `position` counts characters in the expression. */
interface Marks {
  position?: number
  /** `[]` was written behind it: a single result stays an array. */
  keepArray?: true
  /** Filters behind a node that is not a step of a path. */
  predicate?: Stage[]
  /** Filters and `#$i` behind a step of a path. */
  stages?: Stage[]
  /** `{key: value}` written behind it. */
  group?: Pair[]
  /** `@$v` */
  focus?: string
  /** `#$i` */
  index?: string
  /** What it can give, where a guard knows more than the tree tells (types.ts). */
  types?: number
}

/** Key and value of an object that is made. */
export type Pair = [Tree, Tree]
/** What stands in brackets behind a step of a path, or `#$i`. */
export type Stage = { type: 'filter'; expr: Tree } | { type: 'index'; value: string }
/** One term of `^( )`. */
export interface SortTerm {
  descending: boolean
  expression: Tree
}

/** `a.b.c` */
export type PathTree = Marks & { type: 'path'; steps: Tree[] }
/** `a` */
export type NameTree = Marks & { type: 'name'; value: string }
/** `$a`; `$` alone has the value `''`. */
export type VariableTree = Marks & { type: 'variable'; value: string }
/** `a + b` and every other operator between two. */
export type BinaryTree = Marks & { type: 'binary'; value: string; lhs: Tree; rhs: Tree }
/** `f(a)`; `partial` where an argument is `?`. */
export type CallTree = Marks & { type: 'function' | 'partial'; procedure: Tree; arguments: Tree[] }
/** `function($a){ … }` */
export type LambdaTree = Marks & {
  type: 'lambda'
  arguments: string[]
  /** `<s:n>` as written. */
  signature?: string
  body: Tree
}
/** `(a; b)` */
export type BlockTree = Marks & { type: 'block'; expressions: Tree[] }
/** `a ? b : c` */
export type ConditionTree = Marks & { type: 'condition'; condition: Tree; then: Tree; else?: Tree }

/** A JSONata expression as 2.0.6 parses it, reduced to the members that carry meaning. */
export type Tree =
  | PathTree
  | NameTree
  | VariableTree
  | BinaryTree
  | CallTree
  | LambdaTree
  | BlockTree
  | ConditionTree
  | (Marks & { type: 'string'; value: string })
  | (Marks & { type: 'number'; value: number })
  | (Marks & { type: 'value'; value: boolean | null })
  | (Marks & { type: 'regex'; value: RegExp })
  | (Marks & { type: 'wildcard' | 'descendant' | 'parent' | 'placeholder' })
  | (Marks & { type: 'negative'; expression: Tree })
  | (Marks & { type: 'array'; expressions: Tree[] })
  | (Marks & { type: 'object'; pairs: Pair[] })
  | (Marks & { type: 'bind'; name: string; rhs: Tree })
  | (Marks & { type: 'apply'; lhs: Tree; rhs: Tree })
  | (Marks & { type: 'transform'; pattern: Tree; update: Tree; delete?: Tree })
  | (Marks & { type: 'sort'; terms: SortTerm[] })

/** `inner` = evaluated once per item of what stands before it, so that names in it are the item's members. */
type Change = (child: Tree, inner: boolean) => Tree

/** The same node with every tree directly below it replaced. */
export function mapChildren(tree: Tree, change: Change): Tree {
  const copy = mapMembers(tree, change)
  if (tree.predicate) copy.predicate = tree.predicate.map((stage) => mapStage(stage, change))
  if (tree.stages) copy.stages = tree.stages.map((stage) => mapStage(stage, change))
  if (tree.group) copy.group = tree.group.map(([key, value]) => [change(key, true), change(value, true)])
  return copy
}

/** Calls back for every tree directly below. */
export function eachChild(tree: Tree, visit: (child: Tree, inner: boolean) => void): void {
  mapChildren(tree, (child, inner) => {
    visit(child, inner)
    return child
  })
}

/** True if the test holds for the tree or for any below it. */
export function someTree(tree: Tree, test: (tree: Tree) => boolean): boolean {
  if (test(tree)) return true
  let found = false
  eachChild(tree, (child) => {
    found ||= someTree(child, test)
  })
  return found
}

function mapStage(stage: Stage, change: Change): Stage {
  return stage.type === 'filter' ? { type: 'filter', expr: change(stage.expr, true) } : { ...stage }
}

function mapMembers(tree: Tree, change: Change): Tree {
  switch (tree.type) {
    case 'path':
      return { ...tree, steps: tree.steps.map((step, index) => change(step, index > 0)) }
    case 'binary':
    case 'apply':
      return { ...tree, lhs: change(tree.lhs, false), rhs: change(tree.rhs, false) }
    case 'function':
    case 'partial':
      return {
        ...tree,
        procedure: change(tree.procedure, false),
        arguments: tree.arguments.map((argument) => change(argument, false)),
      }
    case 'lambda':
      return { ...tree, body: change(tree.body, false) }
    case 'block':
    case 'array':
      return { ...tree, expressions: tree.expressions.map((part) => change(part, false)) }
    case 'condition':
      return {
        ...tree,
        condition: change(tree.condition, false),
        // biome-ignore lint/suspicious/noThenProperty: JSONata's own name for the branch
        then: change(tree.then, false),
        ...(tree.else && { else: change(tree.else, false) }),
      }
    case 'negative':
      return { ...tree, expression: change(tree.expression, false) }
    case 'object':
      return {
        ...tree,
        pairs: tree.pairs.map(([key, value]): Pair => [change(key, false), change(value, false)]),
      }
    case 'bind':
      return { ...tree, rhs: change(tree.rhs, false) }
    case 'transform':
      return {
        ...tree,
        pattern: change(tree.pattern, true),
        update: change(tree.update, true),
        ...(tree.delete && { delete: change(tree.delete, true) }),
      }
    case 'sort':
      return {
        ...tree,
        terms: tree.terms.map((term) => ({ ...term, expression: change(term.expression, true) })),
      }
    default:
      return { ...tree }
  }
}
