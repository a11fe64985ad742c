import type {
  BinaryExpression,
  CallExpression,
  Expression,
  Literal,
  LogicalExpression,
  PrivateIdentifier,
  SpreadElement,
  Super,
} from 'acorn'
import { ExpressionError } from './error.ts'
import { isMember, translateMember, translateRoot } from './javascript-members.ts'
import { literal, quote } from './unparse.ts'

type Any = Expression | PrivateIdentifier | Super | SpreadElement

/** JSONata with the meaning of a JavaScript expression; always something that needs no brackets around it. */
export function translate(node: Any): string {
  switch (node.type) {
    case 'Literal':
      return translateLiteral(node)
    case 'Identifier':
      return node.name === 'undefined' ? '()' : translateRoot(node.name, node.start)
    case 'MemberExpression':
      return translateMember(node, translate)
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return translate(node.expression)
    case 'ConditionalExpression':
      return `(${truth(node.test)} ? ${translate(node.consequent)} : ${translate(node.alternate)})`
    case 'LogicalExpression':
      return translateLogical(node)
    case 'UnaryExpression':
      if (node.operator === '!') return `$not(${truth(node.argument)})`
      if (node.operator === '-' && isNumber(node.argument)) return `-${node.argument.value}`
      if (node.operator === '-' || node.operator === '+') return signed(node.operator, node.argument)
      return refuse(node, `The operator \`${node.operator}\``)
    case 'BinaryExpression':
      return translateBinary(node)
    case 'TemplateLiteral':
      return translateTemplate(node)
    case 'ArrayExpression':
      return `[${node.elements.map((element) => item(element, node)).join(', ')}]`
    case 'ObjectExpression':
      return translateObject(node)
    case 'CallExpression':
      return translateCall(node)
    default:
      return refuse(node, `\`${node.type}\``)
  }
}

function refuse(node: { start: number }, what: string): never {
  throw new ExpressionError(
    'expression_unsupported',
    `${what} is not translated; use members, literals, operators, ? : and JSON.stringify`,
    node.start,
  )
}

function isNumber(node: Any): node is Literal & { value: number } {
  return node.type === 'Literal' && typeof node.value === 'number'
}

function translateLiteral(node: Literal): string {
  const { value } = node
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    if (node.regex ?? node.bigint) return refuse(node, 'This literal')
    return literal(value)
  }
  return refuse(node, 'This literal')
}

// A nested array must not be flattened into the outer one, and nothing is null in an array.
function item(element: Any | null, parent: { start: number }): string {
  if (element === null || element.type === 'SpreadElement') return refuse(element ?? parent, 'This array')
  const text = translate(element)
  if (element.type === 'ArrayExpression' || isPlain(element)) return text
  return `($v := ${text}; $type($v) = "array" ? [[$v]] : $exists($v) ? $v : null)`
}

function isPlain(node: Any): boolean {
  return node.type === 'Literal' || node.type === 'ObjectExpression' || isBoolean(node) || isText(node)
}

function translateObject(node: Extract<Expression, { type: 'ObjectExpression' }>): string {
  const members = node.properties.map((property) => {
    if (property.type !== 'Property' || property.computed || property.kind !== 'init' || property.method)
      return refuse(property, 'This property')
    const { key } = property
    const name =
      key.type === 'Identifier'
        ? key.name
        : key.type === 'Literal'
          ? String(key.value)
          : refuse(key, 'This key')
    return `${quote(name)}: ${translate(property.value)}`
  })
  return `{ ${members.join(', ')} }`
}

// JSON.stringify quotes text, $string does not: as the only item of a list it does.
function translateCall(node: CallExpression): string {
  const { callee } = node
  const isStringify =
    callee.type === 'MemberExpression' && isMember(callee, 'JSON', 'stringify') && node.arguments.length > 0
  if (!isStringify) return refuse(node, 'This call')
  const [value, replacer, space] = node.arguments as [Any, Any?, Any?]
  const plainReplacer = replacer === undefined || (replacer.type === 'Literal' && replacer.value === null)
  const indent = space !== undefined && isNumber(space) ? space.value : space === undefined ? 0 : 1
  if (!plainReplacer || (indent !== 0 && indent !== 2)) return refuse(node, 'This way of JSON.stringify')
  const pretty = indent === 2 ? ', true' : ''
  const quoted = '($s := $string([$v]); $substring($s, 1, $length($s) - 2))'
  return `($v := ${translate(value)}; $type($v) = "string" ? ${quoted} : ${isWhole('$v')} ? $formatBase($v) : $string($v${pretty}))`
}

const comparisons = new Set(['===', '!==', '==', '!=', '<', '<=', '>', '>='])

/** True where the expression gives true or false whatever it is about. */
function isBoolean(node: Any): boolean {
  if (node.type === 'Literal') return typeof node.value === 'boolean'
  if (node.type === 'UnaryExpression') return node.operator === '!'
  if (node.type === 'LogicalExpression') return isBoolean(node.left) && isBoolean(node.right)
  return node.type === 'BinaryExpression' && comparisons.has(node.operator)
}

function isText(node: Any): boolean {
  if (node.type === 'Literal') return typeof node.value === 'string'
  return (
    node.type === 'BinaryExpression' && node.operator === '+' && (isText(node.left) || isText(node.right))
  )
}

// JavaScript takes [] and {} for true, JSONata for false.
function truth(node: Any): string {
  if (node.type !== 'LogicalExpression' && isBoolean(node)) return translate(node)
  if (node.type === 'Literal') return String(Boolean(node.value))
  if (node.type === 'LogicalExpression' && node.operator !== '??')
    return `(${truth(node.left)} ${node.operator === '&&' ? 'and' : 'or'} ${truth(node.right)})`
  return `($v := ${translate(node)}; ${truthOf('$v')})`
}

function truthOf(name: string): string {
  return `($type(${name}) in ["array", "object"] or ${name})`
}

function translateLogical(node: LogicalExpression): string {
  if (node.operator === '??')
    return `($a := ${translate(node.left)}; ${absent('$a')} ? ${translate(node.right)} : $a)`
  if (isBoolean(node))
    return `(${truth(node.left)} ${node.operator === '&&' ? 'and' : 'or'} ${truth(node.right)})`
  const [left, right] = [translate(node.left), translate(node.right)]
  const [yes, no] = node.operator === '&&' ? [right, '$a'] : ['$a', right]
  return `($a := ${left}; ${truthOf('$a')} ? ${yes} : ${no})`
}

function translateBinary(node: BinaryExpression): string {
  const { left, right, operator } = node
  if (operator === '+') return translatePlus(left, right)
  if (operator === '===') return strictEqual(left, right)
  if (operator === '!==') return `$not(${strictEqual(left, right)})`
  if (operator === '==') return looseEqual(left, right)
  if (operator === '!=') return `$not(${looseEqual(left, right)})`
  if (comparisons.has(operator)) return ordered(left, operator, right)
  if (/^[-*/%]$/.test(operator)) return calculated(left, operator, right)
  return refuse(node, `The operator \`${operator}\``)
}

function isWhole(name: string): string {
  return `$type(${name}) = "number" and ${name} = $floor(${name}) and $abs(${name}) < 9007199254740992`
}

function asText(node: Any): string {
  if (isText(node)) return translate(node)
  if (node.type === 'Literal') return quote(String(node.value))
  return `($v := ${translate(node)}; ${textOf('$v')})`
}

function textOf(name: string): string {
  return `(${isWhole(name)} ? $formatBase(${name}) : $exists(${name}) ? $string(${name}) : "undefined")`
}

// Joins where either side is text (or would become text), adds otherwise: known only at run time.
function translatePlus(left: Any, right: Any): string {
  if (isText(left) || isText(right)) return `(${asText(left)} & ${asText(right)})`
  const joins = '($type($l) in ["string", "array", "object"] or $type($r) in ["string", "array", "object"])'
  const added = `${numberOf('$l', '')} + ${numberOf('$r', '')}`
  return `($l := ${translate(left)}; $r := ${translate(right)}; ${joins} ? ${textOf('$l')} & ${textOf('$r')} : ${added})`
}

/** What JavaScript makes of a value where it wants a number; nothing where that is NaN. */
function numberOf(name: string, text: string): string {
  return `($type(${name}) = "number" ? ${name} : ${text}${name} = true ? 1 : ${name} = false or ${name} = null ? 0)`
}

function numberOrTextOf(name: string): string {
  return numberOf(name, `$type(${name}) = "string" ? (${name} = "" ? 0 : $number(${name})) : `)
}

function calculated(left: Any, operator: string, right: Any): string {
  const [l, r] = [isNumber(left) ? translate(left) : '$l', isNumber(right) ? translate(right) : '$r']
  const binds = `${l === '$l' ? `$l := ${translate(left)}; ` : ''}${r === '$r' ? `$r := ${translate(right)}; ` : ''}`
  const [one, other] = [l === '$l' ? numberOrTextOf(l) : l, r === '$r' ? numberOrTextOf(r) : r]
  return `(${binds}${one} ${operator} ${other})`
}

function signed(sign: string, argument: Any): string {
  const number = numberOrTextOf('$l')
  return `($l := ${translate(argument)}; ${sign === '-' ? `-${number}` : number})`
}

function translateTemplate(node: Extract<Expression, { type: 'TemplateLiteral' }>): string {
  const parts = node.quasis.flatMap((quasi, at) => {
    const expression = node.expressions[at]
    return [quote(quasi.value.cooked ?? ''), ...(expression ? [asText(expression)] : [])]
  })
  return `(${parts.join(' & ')})`
}

const isNothing = (node: Any) => node.type === 'Identifier' && node.name === 'undefined'

function strictEqual(left: Any, right: Any): string {
  if (isNothing(right)) return `$not($exists(${translate(left)}))`
  if (isNothing(left)) return strictEqual(right, left)
  if (left.type === 'Literal' || right.type === 'Literal') return `(${translate(left)} = ${translate(right)})`
  return `($l := ${translate(left)}; $r := ${translate(right)}; $exists($l) or $exists($r) ? $l = $r : true)`
}

function looseEqual(left: Any, right: Any): string {
  if (isNothing(right) || (right.type === 'Literal' && right.value === null)) return missing(translate(left))
  if (isNothing(left) || (left.type === 'Literal' && left.value === null)) return missing(translate(right))
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const)
    if (isWord(other)) return `(${translate(one)} = ${translate(other)})`
  const numbers = `${numberOrTextOf('$l')} = ${numberOrTextOf('$r')}`
  return (
    `($l := ${translate(left)}; $r := ${translate(right)}; $type($l) = $type($r) ? $l = $r : ` +
    `${absent('$l')} ? ${absent('$r')} : ${absent('$r')} ? false : ${numbers})`
  )
}

function isWord(node: Any): boolean {
  return node.type === 'Literal' && typeof node.value === 'string' && Number.isNaN(Number(node.value))
}

function missing(text: string): string {
  return `($l := ${text}; ${absent('$l')})`
}

function absent(name: string): string {
  return `($not($exists(${name})) or ${name} = null)`
}

function ordered(left: Any, operator: string, right: Any): string {
  const numbers = `${numberOrTextOf('$l')} ${operator} ${numberOrTextOf('$r')}`
  if (isNumber(right))
    return `($l := ${translate(left)}; ${numberOrTextOf('$l')} ${operator} ${translate(right)})`
  if (isNumber(left))
    return `($r := ${translate(right)}; ${translate(left)} ${operator} ${numberOrTextOf('$r')})`
  return (
    `($l := ${translate(left)}; $r := ${translate(right)}; ` +
    `$type($l) = "string" and $type($r) = "string" ? $l ${operator} $r : ${numbers})`
  )
}
