import type { Expression, MemberExpression, PrivateIdentifier, Super } from 'acorn'
import { ExpressionError } from './error.ts'
import { quote } from './unparse.ts'

type Any = Expression | PrivateIdentifier | Super
type Translate = (node: Any) => string

/** What JavaScript would find without the flow: refused, since here it would read as a name that is missing. */
const globals =
  /^(Math|Date|JSON|Object|Array|String|Number|Boolean|NaN|Infinity|globalThis|process|console|require)$/

/**
 * A name that stands alone: `input`, a step's output, an input, `item` in a body.
 *
 * @throws {ExpressionError} `expression_unsupported` for `shared`, `secrets` and JavaScript's own names.
 */
export function translateRoot(name: string, offset: number): string {
  if (name !== 'shared' && name !== 'secrets' && !globals.test(name)) return quoteName(name, offset)
  const message = globals.test(name)
    ? `JavaScript's \`${name}\` is not there`
    : `\`${name}\` cannot be read as a whole; write \`${name}.NAME\``
  throw new ExpressionError('expression_unsupported', message, offset)
}

/** True for `object.property` written with exactly these names. */
export function isMember(node: MemberExpression, object: string, property: string): boolean {
  return node.object.type === 'Identifier' && node.object.name === object && fixedName(node) === property
}

/** JSONata for `a.b`, `a["b"]`, `a[0]`, `a[i]` and `.length`. */
export function translateMember(node: MemberExpression, translate: Translate): string {
  const name = fixedName(node)
  if (node.object.type === 'Identifier' && (node.object.name === 'shared' || node.object.name === 'secrets'))
    return translateShared(node, node.object.name, name)
  if (node.object.type === 'Literal')
    throw new ExpressionError('expression_unsupported', 'A literal has no members here', node.start)
  const object = translate(node.object)
  if (name === 'length') return `($o := ${object}; ${lengthOf('$o')})`
  if (name !== undefined) return `${object}.${quoteName(name, node.start)}`
  const { property } = node
  if (property.type === 'Literal' && typeof property.value === 'number')
    return `($o := ${object}; ${fixedItemOf('$o', property.value)})`
  return `($o := ${object}; $k := ${translate(node.property)}; ${itemOf('$o', '$k')})`
}

function translateShared(node: MemberExpression, root: string, name: string | undefined): string {
  if (name === undefined)
    throw new ExpressionError(
      'expression_unsupported',
      `\`${root}\` needs a fixed name behind it`,
      node.start,
    )
  return root === 'shared' ? quoteName(name, node.start) : `secrets.${quoteName(name, node.start)}`
}

function fixedName(node: MemberExpression): string | undefined {
  const { property } = node
  if (!node.computed) return property.type === 'Identifier' ? property.name : undefined
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined
}

function quoteName(name: string, offset: number): string {
  if (name.includes('`') || name === '__proto__')
    throw new ExpressionError('expression_unsupported', `${quote(name)} cannot be read as a name`, offset)
  const isPlain =
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^(and|or|in|true|false|null|function)$/.test(name)
  return isPlain ? name : `\`${name}\``
}

function lengthOf(name: string): string {
  return `$type(${name}) = "array" ? $count(${name}) : $type(${name}) = "string" ? $length(${name}) : ${name}.length`
}

function itemOf(object: string, key: string): string {
  const index = `$type(${key}) = "number" ? (${key} >= 0 and ${key} = $floor(${key}) ? ${object}[${key}])`
  const member = `$type(${object}) = "object" ? $lookup(${object}, $string(${key}))`
  return `$type(${object}) = "array" ? (${index}) : ${member}`
}

function fixedItemOf(object: string, index: number): string {
  const member = `${object}.\`${index}\``
  return index >= 0 && Number.isInteger(index)
    ? `$type(${object}) = "array" ? ${object}[${index}] : ${member}`
    : member
}
