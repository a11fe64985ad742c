import { arithmetic, directFunctions, ordered } from './direct-functions.ts'
import { filterStep, pathOf } from './direct-path.ts'
import { EvaluationError } from './error.ts'
import {
  isDeepEqual,
  isNumeric,
  setMember,
  spend,
  TooMuchWork,
  textOf,
  truthOf,
  unwrapped,
} from './json-values.ts'
import { limits } from './limits.ts'
import type { Part, Run } from './sequence.ts'
import { Items } from './sequence.ts'
import { type Pair, type Stage, someTree, type Tree } from './tree.ts'

/** An expression that is evaluated at once, in the main process. */
export interface Direct {
  /** It makes values, so that a result may be larger than what went in. */
  builds: boolean
  /**
   * @throws {EvaluationError} as JSONata would.
   * @throws {TooMuchWork} when the values are too large for the main process.
   */
  evaluate(input: unknown, bindings: Record<string, unknown>): unknown
}

/** Where a variable of the expression is kept; `count` of them are needed. */
interface Scope {
  slots: ReadonlyMap<string, number>
  all: { count: number }
}

/** Makes a synchronous evaluator of a tree that `isSafe`, with exactly the semantics of JSONata 2.0.6. */
export function compileDirect(tree: Tree): Direct {
  const all = { count: 0 }
  const part = compile(tree, { slots: new Map(), all })
  return {
    builds: someTree(
      tree,
      (found) => builders.has(found.type) || (found.type === 'binary' && found.value === '&'),
    ),
    evaluate(input, bindings) {
      // The full evaluator treats a list as context in its own way.
      if (Array.isArray(input)) throw new TooMuchWork()
      const run = { bindings, slots: new Array(all.count), left: limits.directWork, overflowed: false }
      const value = part(input, run)
      // Whether the number is part of the result is told by the full evaluator.
      if (run.overflowed) throw new TooMuchWork()
      return value
    },
  }
}

const builders = new Set<Tree['type']>(['array', 'object', 'function'])

function compile(tree: Tree, scope: Scope): Part {
  const part = compileCore(tree, scope)
  if (!tree.predicate) return part
  const filters = tree.predicate.map((stage) => compileStage(stage, scope))
  return (context, run) => {
    let value = part(context, run)
    for (const filter of filters) value = filter(value, run)
    return unwrappedItems(value)
  }
}

function unwrappedItems(value: unknown): unknown {
  return value instanceof Items ? unwrapped(value.items) : value
}

function compileStage(stage: Stage, scope: Scope): (value: unknown, run: Run) => unknown {
  if (stage.type === 'index') throw new Error('not safe')
  return filterStep(stage.expr.type === 'number' ? stage.expr.value : compile(stage.expr, scope))
}

function compileCore(tree: Tree, scope: Scope): Part {
  switch (tree.type) {
    case 'string':
    case 'number':
    case 'value':
    case 'regex': {
      const { value } = tree
      return () => value
    }
    case 'variable':
      return compileVariable(tree.value, scope)
    case 'name':
    case 'path':
      return compilePath(tree.type === 'path' ? tree.steps : [tree], scope)
    case 'binary':
      return compileOperator(tree.value, compile(tree.lhs, scope), compile(tree.rhs, scope))
    case 'negative':
      return negative(compile(tree.expression, scope))
    case 'condition':
      return compileCondition(tree, scope)
    case 'block':
      return compileBlock(tree.expressions, scope)
    case 'array':
      return compileArray(tree.expressions, scope)
    case 'object':
      return compileObject(tree.pairs, scope)
    case 'function':
      return compileCall(tree, scope)
    default:
      throw new Error(`${tree.type} is not safe`)
  }
}

function compileVariable(name: string, scope: Scope): Part {
  if (name === '') return (context) => context
  const slot = scope.slots.get(name)
  if (slot !== undefined) return (_context, run) => run.slots[slot]
  return (_context, run) => (Object.hasOwn(run.bindings, name) ? run.bindings[name] : undefined)
}

function compilePath(steps: Tree[], scope: Scope): Part {
  return pathOf(
    steps.map((step) => ({
      name: step.type === 'name' ? step.value : undefined,
      part: step.type === 'name' ? undefined : compile(step, scope),
      isVariable: step.type === 'variable',
      stages: step.stages?.map((stage) => compileStage(stage, scope)),
    })),
  )
}

function compileOperator(operator: string, lhs: Part, rhs: Part): Part {
  switch (operator) {
    case 'and':
      return (context, run) =>
        truthOf(lhs(context, run), run) === true && truthOf(rhs(context, run), run) === true
    case 'or':
      return (context, run) =>
        truthOf(lhs(context, run), run) === true || truthOf(rhs(context, run), run) === true
    case '=':
      return (context, run) => equal(lhs(context, run), rhs(context, run), run) === true
    case '!=':
      return (context, run) => equal(lhs(context, run), rhs(context, run), run) === false
    case '&':
      return (context, run) => joined(lhs(context, run), rhs(context, run), run)
    case 'in':
      return (context, run) => isIn(lhs(context, run), rhs(context, run), run)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (context, run) => ordered(operator, lhs(context, run), rhs(context, run))
    default:
      return (context, run) => {
        const result = arithmetic(operator, lhs(context, run), rhs(context, run))
        if (result !== undefined && !Number.isFinite(result)) run.overflowed = true
        return result
      }
  }
}

function equal(left: unknown, right: unknown, run: Run): boolean | undefined {
  return left === undefined || right === undefined ? undefined : isDeepEqual(left, right, run)
}

function joined(left: unknown, right: unknown, run: Run): string {
  const text = `${textOf(left, run) ?? ''}${textOf(right, run) ?? ''}`
  spend(run, text.length / 64)
  return text
}

function isIn(left: unknown, right: unknown, run: Run): boolean {
  if (left === undefined || right === undefined) return false
  if (!Array.isArray(right)) return left === right
  spend(run, right.length / 8)
  return right.includes(left)
}

function negative(part: Part): Part {
  return (context, run) => {
    const value = part(context, run)
    if (value === undefined) return undefined
    if (!isNumeric(value)) throw new EvaluationError('D1002: Cannot negate a non-numeric value')
    return -value
  }
}

function compileCondition(tree: Tree & { type: 'condition' }, scope: Scope): Part {
  const condition = compile(tree.condition, scope)
  const then = compile(tree.then, scope)
  const otherwise = tree.else && compile(tree.else, scope)
  return (context, run) =>
    truthOf(condition(context, run), run) ? then(context, run) : otherwise?.(context, run)
}

// Expressions of a block run in order, so that it is known here which variables are set where one is read.
function compileBlock(expressions: Tree[], outer: Scope): Part {
  let scope = outer
  const parts: Part[] = []
  for (const expression of expressions) {
    if (expression.type !== 'bind') {
      parts.push(compile(expression, scope))
      continue
    }
    const value = compile(expression.rhs, scope)
    const slot = scope.all.count++
    scope = { all: scope.all, slots: new Map([...scope.slots, [expression.name, slot]]) }
    parts.push((context, run) => {
      run.slots[slot] = value(context, run)
      return run.slots[slot]
    })
  }
  return (context, run) => {
    let result: unknown
    for (const part of parts) result = part(context, run)
    return result
  }
}

function compileArray(expressions: Tree[], scope: Scope): Part {
  const items = expressions.map((item) => ({
    part: compile(item, scope),
    nested: item.type === 'array' || (item.type === 'string' && item.value === '['),
  }))
  return (context, run) => {
    const array: unknown[] = []
    for (const { part, nested } of items) {
      const value = part(context, run)
      if (value === undefined) continue
      if (nested || !Array.isArray(value)) array.push(value)
      else {
        spend(run, value.length)
        for (const each of value) array.push(each)
      }
    }
    return array
  }
}

function compileObject(pairs: Pair[], scope: Scope): Part {
  const members = pairs.map(([key, value]) => ({ key: compile(key, scope), value: compile(value, scope) }))
  return (context, run) => {
    // A list as context is grouped; that is left to the full evaluator.
    if (Array.isArray(context)) throw new TooMuchWork()
    const object = {}
    const seen = new Map<string, Part>()
    for (const { key, value } of members) {
      const name = key(context, run)
      if (name === undefined) continue
      if (typeof name !== 'string')
        throw new EvaluationError('T1003: Key in object structure must evaluate to a string')
      if (seen.has(name)) throw new EvaluationError('D1009: Multiple key definitions evaluate to same key')
      if (name.startsWith('_jsonata_')) throw new EvaluationError('D1013: Object property name is reserved')
      seen.set(name, value)
    }
    spend(run, seen.size)
    for (const [name, value] of seen) {
      const member = value(context, run)
      if (member !== undefined) setMember(object, name, member)
    }
    return object
  }
}

function compileCall(tree: Tree & { type: 'function' | 'partial' }, scope: Scope): Part {
  const name = tree.procedure.type === 'variable' ? tree.procedure.value : ''
  const { run: call } = directFunctions[name]!
  const args = tree.arguments.map((argument) => compile(argument, scope))
  const [first] = args
  if (first && args.length === 1) return (context, run) => call([first(context, run)], run)
  return (context, run) =>
    call(
      args.map((argument) => argument(context, run)),
      run,
    )
}
