import { asCall } from './apply.ts'
import { all, binary, block, call, choose, constant, nothing, number, text } from './build.ts'
import { type Fresh, hasType, inBlock, inRange, isLiteral, nameAll } from './guarded.ts'
import { totalCall } from './total-call.ts'
import { mapChildren, type Pair, type SortTerm, type Tree } from './tree.ts'
import { types, typesOf, within } from './types.ts'

/**
 * The same expression, rewritten so that its operators and functions cannot fail (aws.md 2.2): arithmetic on something
 * that is no number gives nothing, a comparison of unlike or missing values is false, a function called with a value it
 * does not take gives nothing. Where the plain expression gives a value, so does this one, and the same.
 * What can still fail is told by fallible.ts.
 */
export function makeTotal(tree: Tree, fresh: Fresh): Tree {
  return rewrite(tree, false, fresh)
}

function rewrite(tree: Tree, inner: boolean, fresh: Fresh): Tree {
  const called = asCall(tree)
  if (called) return rewrite(called, inner, fresh)
  const step = (child: Tree, itself: boolean) => rewrite(child, inner || itself, fresh)
  if (tree.type === 'path') {
    const { steps, ...rest } = mapChildren({ ...tree, steps: [] }, step) as typeof tree
    return { ...rest, steps: tree.steps.map((child, at) => rewriteStep(child, inner || at > 0, fresh)) }
  }
  const copy = mapChildren(tree, step)
  if (copy.group) copy.group = copy.group.map((pair) => totalPair(pair, fresh))
  return rewriteNode(copy, inner, fresh)
}

// Marks of a step belong to the path: a guard goes inside them.
function rewriteStep(tree: Tree, inner: boolean, fresh: Fresh): Tree {
  if (tree.type !== 'function' && tree.type !== 'object') return rewrite(tree, inner, fresh)
  const { stages, predicate, focus, index, keepArray, group, ...bare } = rewriteMarks(tree, inner, fresh)
  const core = rewriteNode(bare as Tree, inner, fresh)
  const step = core.type === tree.type || core.type === 'block' ? core : block(core)
  const marks = { stages, predicate, focus, index, keepArray, group }
  return Object.assign({ ...step }, Object.fromEntries(Object.entries(marks).filter(([, mark]) => mark)))
}

function rewriteMarks(tree: Tree, inner: boolean, fresh: Fresh): Tree {
  const copy = mapChildren(tree, (child, itself) => rewrite(child, inner || itself, fresh))
  if (copy.group) copy.group = copy.group.map((pair) => totalPair(pair, fresh))
  return copy
}

function rewriteNode(tree: Tree, inner: boolean, fresh: Fresh): Tree {
  switch (tree.type) {
    case 'binary':
      return totalOperator(tree.lhs, tree.value, tree.rhs, fresh) ?? tree
    case 'negative':
      return guarded([tree.expression], 'number', ([value]) => ({ ...tree, expression: value! }), fresh)
    case 'array':
      return { ...tree, expressions: tree.expressions.map((part) => totalRange(part, fresh)) }
    case 'object':
      return totalObject(tree, fresh)
    case 'sort':
      return { ...tree, terms: tree.terms.flatMap((term) => totalTerms(term, fresh)) }
    case 'function':
      return totalCall(tree, inner, fresh)
    default:
      return tree
  }
}

function totalOperator(lhs: Tree, operator: string, rhs: Tree, fresh: Fresh): Tree | undefined {
  if (/^[-+*/%]$/.test(operator)) return totalArithmetic(lhs, operator, rhs, fresh)
  if (/^[<>]=?$/.test(operator)) return totalComparison(lhs, operator, rhs, fresh)
  return undefined
}

// Nothing stays nothing in arithmetic: only other types need a test.
function guarded(operands: Tree[], type: 'number', make: (named: Tree[]) => Tree, fresh: Fresh): Tree {
  const allowed = types[type] | types.nothing
  if (operands.every((operand) => within(typesOf(operand), allowed))) return make(operands)
  const { binds, named } = nameAll(operands, fresh)
  const tests = named
    .filter((operand) => !within(typesOf(operand), allowed))
    .map((operand) => hasType(operand, type))
  const sure = named.map((operand) => (isLiteral(operand) ? operand : { ...operand, types: types[type] }))
  return block(...binds, choose(all(tests)!, make(sure)))
}

function totalArithmetic(lhs: Tree, operator: string, rhs: Tree, fresh: Fresh): Tree {
  const divides = operator === '/' || operator === '%'
  if (divides && !(rhs.type === 'number' && rhs.value !== 0)) return totalDivision(lhs, operator, rhs, fresh)
  return guarded(
    [lhs, rhs],
    'number',
    ([l, r]) => inRange(binary(l!, operator, r!, sum(l!, r!)), fresh),
    fresh,
  )
}

function sum(lhs: Tree, rhs: Tree): number {
  return types.number | ((typesOf(lhs) | typesOf(rhs)) & types.nothing)
}

function totalDivision(lhs: Tree, operator: string, rhs: Tree, fresh: Fresh): Tree {
  const { binds, named } = nameAll([lhs, rhs], fresh)
  const [l, r] = named as [Tree, Tree]
  const tests = named
    .filter((operand) => operand.type !== 'number')
    .map((operand) => hasType(operand, 'number'))
  tests.push(binary(r, '!=', number(0)))
  return block(...binds, choose(all(tests)!, inRange(binary(l, operator, r, types.number), fresh)))
}

function totalComparison(lhs: Tree, operator: string, rhs: Tree, fresh: Fresh): Tree {
  const [left, right] = [typesOf(lhs), typesOf(rhs)]
  const comparable = types.number | types.string
  const common = left & right & comparable
  if (common === 0) return constant(false)
  if (left === right && left === common && common !== comparable) return binary(lhs, operator, rhs)
  const { binds, named } = nameAll([lhs, rhs], fresh)
  const [l, r] = named as [Tree, Tree]
  const tests =
    common === comparable
      ? [binary(call('type', l), '=', call('type', r)), binary(call('type', l), 'in', eitherType)]
      : named
          .filter((operand) => typesOf(operand) !== common)
          .map((operand) => hasType(operand, nameOf(common)))
  return inBlock(binds, all([...tests, binary(l, operator, r)])!)
}

const eitherType: Tree = { type: 'array', expressions: [text('number'), text('string')] }

function nameOf(type: number): string {
  return type === types.number ? 'number' : 'string'
}

/** Items that `[a..b]` may have. */
const longestRange = 100_000

function totalRange(part: Tree, fresh: Fresh): Tree {
  if (part.type !== 'binary' || part.value !== '..') return part
  const { lhs, rhs } = part
  const isWhole = (tree: Tree) => tree.type === 'number' && Number.isInteger(tree.value)
  if (lhs.type === 'number' && rhs.type === 'number' && isWhole(lhs) && isWhole(rhs))
    return rhs.value - lhs.value < longestRange ? part : nothing
  const { binds, named } = nameAll([lhs, rhs], fresh)
  const [l, r] = named as [Tree, Tree]
  const tests = named
    .filter((end) => !isWhole(end))
    .flatMap((end) => [hasType(end, 'number'), binary(call('floor', end), '=', end)])
  tests.push(binary(binary(r, '-', l), '<', number(longestRange)))
  const range: Tree = { type: 'array', expressions: [binary(l, '..', r)] }
  return block(...binds, choose(all(tests)!, range))
}

function totalObject(tree: Tree & { type: 'object' }, fresh: Fresh): Tree {
  const pairs = tree.pairs.map((pair) => totalPair(pair, fresh))
  const isComputed = pairs.some(([key]) => key.type !== 'string')
  if (!isComputed || pairs.length === 1) return { ...tree, pairs }
  // Two computed keys may be the same one: as an object that would fail, merged the last one wins.
  const { pairs: _pairs, ...marks } = tree
  const single = pairs.map((pair): Tree => ({ type: 'object', pairs: [pair] }))
  return { ...marks, ...call('merge', { type: 'array', expressions: single }), types: types.object } as Tree
}

function totalPair([key, value]: Pair, fresh: Fresh): Pair {
  if (within(typesOf(key), types.string | types.nothing)) return [key, value]
  const { binds, named } = nameAll([key], fresh, ['k'])
  return [block(...binds, choose(hasType(named[0]!, 'string'), named[0]!)), value]
}

// Numbers before text, everything else last: a list of one kind is sorted as it would be without the guard.
function totalTerms(term: SortTerm, fresh: Fresh): SortTerm[] {
  const found = typesOf(term.expression)
  if (within(found, types.number | types.nothing) || within(found, types.string | types.nothing))
    return [term]
  const { binds, named } = nameAll([term.expression], fresh, ['k'])
  const only = (type: string): SortTerm => ({
    descending: term.descending,
    expression: block(...binds, choose(hasType(named[0]!, type), named[0]!)),
  })
  return [only('number'), only('string')]
}
