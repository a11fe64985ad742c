import { binary, bind, block, call, choose, constant, text, variable } from './build.ts'
import { type Fresh, isSimple } from './guarded.ts'
import { boundNames } from './names.ts'
import { type Names, resolve } from './resolve.ts'
import type { ExpressionPart, Template } from './template.ts'
import { makeTotal } from './total.ts'
import { someTree, type Tree } from './tree.ts'
import { types, typesOf, within } from './types.ts'
import { unparse } from './unparse.ts'

/**
 * JSONata (without `{% %}`) for a template's value: one `{{ }}` keeps its type and is null where it gives nothing, mixed
 * text is text. It cannot fail at run time unless `canFail` says so.
 */
export function printValue(template: Template, names: Names): string {
  const [only] = template.parts
  if (!template.whole || only?.type !== 'expression') return printText(template, names)
  const { tree, fresh } = prepare(only, names)
  return unparse(orElse(tree, constant(null), fresh))
}

/** JSONata for a condition: always true or false, false where it cannot be decided. */
export function printCondition(template: Template, names: Names): string {
  const expression = soleExpression(template)
  if (expression) return unparse(asCondition(prepare(expression, names).tree))
  const words = template.parts.every((part) => part.type === 'text')
  const written = words
    ? template.parts
        .map((part) => (part.type === 'text' ? part.text : ''))
        .join('')
        .trim()
    : ''
  if (written === 'true' || written === 'false') return written
  return words ? String(written !== '') : `$boolean(${printText(template, names)})`
}

/**
 * JSONata for text: parts are joined, objects are written as JSON, null and nothing as empty, whole numbers exactly
 * (`$string` rounds to 15 digits, aws.md trap 13).
 */
export function printText(template: Template, names: Names): string {
  const parts = template.parts
    .flatMap((part) => (part.type === 'text' ? [text(part.text)] : operands(partText(part, names))))
    .filter((part) => part.type !== 'string' || part.value !== '')
  if (parts.length === 0) return '""'
  const joined = parts.reduce((left, right) => binary(left, '&', right))
  return unparse(typesOf(joined) === types.string ? joined : binary(text(''), '&', joined))
}

// Spaces around the one `{{ }}` of a condition say nothing.
function soleExpression(template: Template): ExpressionPart | undefined {
  const expressions = template.parts.filter((part) => part.type === 'expression')
  const blank = template.parts.every((part) => part.type === 'expression' || part.text.trim() === '')
  return blank && expressions.length === 1 ? expressions[0] : undefined
}

function prepare(part: ExpressionPart, names: Names): { tree: Tree; fresh: Fresh } {
  const resolved = resolve(part.tree, names)
  const taken = boundNames(resolved)
  someTree(resolved, (found) => {
    if (found.type === 'variable') taken.add(found.value)
    return false
  })
  const fresh: Fresh = (name) => (taken.has(name) ? fresh(`${name}_`) : name)
  return { tree: makeTotal(resolved, fresh), fresh }
}

/** The tree, or `fallback` where it gives nothing. */
function orElse(tree: Tree, fallback: Tree, fresh: Fresh): Tree {
  return filled(tree, fallback) ?? wrapped(tree, fallback, fresh)
}

function wrapped(tree: Tree, fallback: Tree, fresh: Fresh): Tree {
  const name = fresh('v')
  return block(bind(name, tree), choose(call('exists', variable(name)), variable(name), fallback))
}

// A guard of ours has no `else` yet: there the fallback fits without another block.
function filled(tree: Tree, fallback: Tree): Tree | undefined {
  if (within(typesOf(tree), types.value | types.function) && isSure(tree)) return tree
  if (tree.predicate ?? tree.group ?? tree.keepArray) return undefined
  if (tree.type === 'condition') return filledCondition(tree, fallback)
  if (tree.type !== 'block') return undefined
  const last = tree.expressions.at(-1)
  if (last === undefined) return fallback
  const end = filled(last, fallback)
  return end && { ...tree, expressions: [...tree.expressions.slice(0, -1), end] }
}

function isSure(tree: Tree): boolean {
  return (typesOf(tree) & types.nothing) === 0
}

function filledCondition(tree: Tree & { type: 'condition' }, fallback: Tree): Tree | undefined {
  const then = filled(tree.then, fallback)
  const otherwise = tree.else ? filled(tree.else, fallback) : fallback
  return then && otherwise && choose(tree.condition, then, otherwise)
}

function asCondition(tree: Tree): Tree {
  if (typesOf(tree) === types.boolean) return tree
  if (typesOf(tree) === types.nothing) return constant(false)
  return choose(tree, constant(true), constant(false))
}

function partText(part: ExpressionPart, names: Names): Tree {
  const { tree, fresh } = prepare(part, names)
  const found = typesOf(tree)
  if (found === types.nothing) return text('')
  // `&` writes text and booleans as they are, and nothing as empty.
  if (within(found, types.string | types.boolean | types.nothing)) return tree
  const value = isSimple(tree) ? tree : variable(fresh('v'))
  const written = writtenValue(value, found)
  return isSimple(tree) ? block(written) : block(bind(fresh('v'), tree), written)
}

// `a & (b & c)` is `a & b & c`.
function operands(tree: Tree): Tree[] {
  return tree.type === 'binary' && tree.value === '&'
    ? [...operands(tree.lhs), ...operands(tree.rhs)]
    : [tree]
}

const largestWhole = 9007199254740992

function writtenValue(value: Tree, found: number): Tree {
  const isWhole = binary(
    binary(binary(call('type', value), '=', text('number')), 'and', binary(value, '=', call('floor', value))),
    'and',
    binary(call('abs', value), '<', { type: 'number', value: largestWhole }),
  )
  const other = choose(binary(value, '!=', constant(null)), call('string', value), text(''))
  return within(types.number, found) ? choose(isWhole, call('formatBase', value), other) : other
}
