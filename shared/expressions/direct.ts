import { calls } from './direct-calls.ts'
import { beyond, isObject, member, NeedsJsonata, numberOf, text, truth } from './direct-values.ts'
import { leftOf, membersOf, type Tree } from './tree.ts'

/** Variables by name; inner scopes inherit from outer ones. */
export type Variables = Record<string, unknown>

/** A tree made into a function, for the part of JSONata that needs no sequences. */
export type Direct = (variables: Variables) => unknown

/** Makes a function of a tree, or undefined if it holds more than variables, members, literals, operators and plain calls. */
export function makeDirect(tree: Tree): Direct | undefined {
  try {
    return make(tree)
  } catch (error) {
    if (error instanceof NeedsJsonata) return undefined
    throw error
  }
}

function make(tree: Tree): Direct {
  if (tree.predicate || tree.stages || tree.group || tree.focus || tree.index || tree.keepArray)
    return beyond()
  switch (tree.type) {
    case 'string':
    case 'number':
    case 'value':
      return () => tree.value
    case 'variable':
      return makeVariable(String(tree.value))
    case 'path':
      return makePath(tree)
    case 'block':
      return makeBlock(tree.expressions ?? [])
    case 'condition':
      return makeCondition(tree)
    case 'unary':
      return makeUnary(tree)
    case 'binary':
      return makeBinary(String(tree.value), make(leftOf(tree)), make(tree.rhs!))
    case 'function':
      return makeCall(tree)
  }
  return beyond()
}

function makeVariable(name: string): Direct {
  if (name === '' || name === '$' || name === '__proto__') return beyond()
  return (variables) => {
    const value = variables[name]
    return typeof value === 'function' ? beyond() : value
  }
}

function makePath({ steps = [], ...path }: Tree): Direct {
  const [first, ...rest] = steps
  if (path.keepArray || first?.type !== 'variable') return beyond()
  const names = rest.map((step) => {
    if (step.type !== 'name' || Object.keys(step).some((member) => !plainStep.has(member))) return beyond()
    return String(step.value)
  })
  const start = make(first)
  return (variables) => {
    let value = start(variables)
    for (const name of names) value = member(value, name)
    return value
  }
}

const plainStep = new Set(['type', 'value', 'position'])

/** A block has variables of its own; only its direct parts may bind them. */
function makeBlock(expressions: Tree[]): Direct {
  const parts = expressions.map((part) => (part.type === 'bind' ? makeBind(part) : make(part)))
  const binds = expressions.some(({ type }) => type === 'bind')
  return (variables) => {
    const inner = binds ? Object.create(variables) : variables
    let value: unknown
    for (const part of parts) value = part(inner)
    return value
  }
}

function makeBind(tree: Tree): Direct {
  const name = String(leftOf(tree).value)
  const value = make(tree.rhs!)
  return (variables) => {
    const bound = value(variables)
    variables[name] = bound
    return bound
  }
}

function makeCondition(tree: Tree): Direct {
  const [test, yes] = [make(tree.condition!), make(tree.then!)]
  const no = tree.else ? make(tree.else) : () => undefined
  return (variables) => (truth(test(variables)) ? yes(variables) : no(variables))
}

function makeUnary(tree: Tree): Direct {
  if (tree.value === '[') return makeList(tree.expressions ?? [])
  if (tree.value === '{') return makeObject(membersOf(tree))
  const value = make(tree.expression!)
  return (variables) => {
    const operand = value(variables)
    return operand === undefined ? undefined : -numberOf(operand)
  }
}

function makeList(items: Tree[]): Direct {
  const parts = items.map((item) => ({
    nested: item.type === 'unary' && item.value === '[',
    value: make(item),
  }))
  return (variables) => {
    const list: unknown[] = []
    for (const { nested, value } of parts) {
      const item = value(variables)
      if (item === undefined) continue
      // JSONata keeps a list that is written inside a list, and flattens one that comes from elsewhere.
      if (Array.isArray(item) && !nested) list.push(...item)
      else list.push(item)
    }
    return list
  }
}

function makeObject(pairs: [Tree, Tree][]): Direct {
  const parts = pairs.map(([key, value]) => {
    if (key.type !== 'string' || key.predicate || key.value === '__proto__') return beyond()
    return [String(key.value), make(value)] as const
  })
  if (new Set(parts.map(([key]) => key)).size < parts.length) return beyond()
  return (variables) => {
    const object: Variables = {}
    for (const [key, part] of parts) {
      const value = part(variables)
      if (value !== undefined) object[key] = value
    }
    return object
  }
}

function makeBinary(operator: string, left: Direct, right: Direct): Direct {
  switch (operator) {
    case 'and':
      return (variables) => truth(left(variables)) && truth(right(variables))
    case 'or':
      return (variables) => truth(left(variables)) || truth(right(variables))
    case '=':
      return (variables) => same(left(variables), right(variables), true)
    case '!=':
      return (variables) => same(left(variables), right(variables), false)
    case '&':
      return (variables) => text(left(variables)) + text(right(variables))
  }
  const compare = comparisons[operator]
  if (compare) return (variables) => comparable(left(variables), right(variables), compare)
  const compute = computations[operator]
  if (compute) return (variables) => computed(left(variables), right(variables), compute)
  return beyond()
}

const comparisons: Record<string, (a: number | string, b: number | string) => boolean> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}
const computations: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}

function comparable(
  left: unknown,
  right: unknown,
  compare: (a: number | string, b: number | string) => boolean,
): boolean | undefined {
  if (typeof left === 'number' && typeof right === 'number') return compare(left, right)
  if (typeof left === 'string' && typeof right === 'string') return compare(left, right)
  // JSONata has an error or nothing for the rest, by rules of its own.
  return beyond()
}

function computed(
  left: unknown,
  right: unknown,
  compute: (a: number, b: number) => number,
): number | undefined {
  if (left === undefined || right === undefined) return beyond()
  const result = compute(numberOf(left), numberOf(right))
  return Number.isFinite(result) ? result : beyond()
}

function same(left: unknown, right: unknown, wanted: boolean): boolean {
  if (left === undefined || right === undefined) return false
  if (isObject(left) && isObject(right)) return beyond()
  return (left === right) === wanted
}

function makeCall(tree: Tree): Direct {
  const name = String(tree.procedure?.value)
  const known = tree.procedure?.type === 'variable' && Object.hasOwn(calls, name) ? calls[name] : undefined
  const args = (tree.arguments ?? []).map(make)
  if (known === undefined || args.length !== known.arity) return beyond()
  return (variables) => {
    // The author may have bound the name to a function of his own.
    if (variables[name] !== undefined) return beyond()
    return known.call(args.map((arg) => arg(variables)))
  }
}
