import { type Expression, parseExpressionAt, type Super } from 'acorn'
import { ExpressionError } from './expression-error.ts'
import { quote } from './total.ts'

/**
 * Reads the `${expr}` of seed 003 as `{{ JSONata }}`: member access, literals, concatenation, calculation, comparison,
 * `&&`, `||`, `??`, `!`, the conditional and `JSON.stringify`, with JavaScript's own meaning of truth and `+`.
 *
 * @throws {ExpressionError} with the place in the text for anything else.
 */
export function translateJavaScript(text: string): string {
  let translated = ''
  let at = 0
  for (let open = text.indexOf('${'); open >= 0; open = text.indexOf('${', at)) {
    const { tree, end } = parseAt(text, open + 2)
    translated += `${text.slice(at, open)}{{${write(tree, new Temporaries())}}}`
    at = end + 1
  }
  return translated + text.slice(at)
}

function parseAt(text: string, from: number): { tree: Expression; end: number } {
  try {
    const tree = parseExpressionAt(text, from, { ecmaVersion: 2022 })
    const end = tree.end + /^\s*/.exec(text.slice(tree.end))![0].length
    if (text[end] !== '}')
      throw new ExpressionError('expression_syntax', 'Here } should end the expression that ${ began', end)
    return { tree, end }
  } catch (error) {
    if (error instanceof ExpressionError) throw error
    const { message, pos = from } = error as { message: string; pos?: number }
    throw new ExpressionError('expression_syntax', message.replace(/ \(\d+:\d+\)$/, ''), pos)
  }
}

/** Names for values that are needed more than once. */
class Temporaries {
  private count = 0

  next(): string {
    this.count++
    return `$_j${this.count}`
  }
}

function write(tree: Expression | Super, names: Temporaries): string {
  switch (tree.type) {
    case 'Literal':
      return writeLiteral(tree.value, tree.start)
    case 'TemplateLiteral':
      return tree.quasis
        .flatMap((quasi, index) => {
          const expression = tree.expressions[index]
          return [
            quote(quasi.value.cooked ?? ''),
            ...(expression ? [asText(write(expression, names), names)] : []),
          ]
        })
        .join(' & ')
    case 'Identifier':
      return tree.name === 'undefined' ? 'null' : writeName(tree.name)
    case 'ParenthesizedExpression':
      return write(tree.expression, names)
    case 'ChainExpression':
      return write(tree.expression, names)
    case 'MemberExpression':
      return writeMember(tree.object, tree.property as Expression, tree.computed, names)
    case 'UnaryExpression':
      return writeUnary(tree.operator, tree.argument, tree.start, names)
    case 'BinaryExpression':
      return writeBinary(tree.operator, tree.left as Expression, tree.right, tree.start, names)
    case 'LogicalExpression':
      return writeLogical(tree.operator, write(tree.left, names), write(tree.right, names), names)
    case 'ConditionalExpression':
      return `(${truth(write(tree.test, names), names)} ? ${write(tree.consequent, names)} : ${write(tree.alternate, names)})`
    case 'CallExpression':
      return writeCall(tree.callee, tree.arguments as Expression[], tree.start, names)
  }
  throw unsupported(`${tree.type} is not part of the expressions that \${ } may hold`, tree.start)
}

function unsupported(message: string, offset: number): ExpressionError {
  return new ExpressionError('expression_unsupported', message, offset)
}

function writeLiteral(value: unknown, at: number): string {
  if (typeof value === 'string') return quote(value)
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value)
  throw unsupported(
    'Regular expressions and big integers are not part of the expressions that ${ } may hold',
    at,
  )
}

function writeName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !['and', 'or', 'in', 'function'].includes(name) ? name : `\`${name}\``
}

function writeMember(
  object: Expression | Super,
  property: Expression,
  computed: boolean,
  names: Temporaries,
): string {
  const base = write(object, names)
  if (!computed && property.type === 'Identifier')
    return property.name === 'length' ? lengthOf(base, names) : `${base}.${writeName(property.name)}`
  if (property.type === 'Literal' && typeof property.value === 'string')
    return `${base}.${writeName(property.value)}`
  if (property.type === 'Literal' && Number.isInteger(property.value)) return `${base}[${property.value}]`
  throw unsupported('A member is named directly, as in a.b, a["b"] or a[0]', property.start)
}

function lengthOf(base: string, names: Temporaries): string {
  const value = names.next()
  return `(${value} := ${base}; $type(${value}) = "string" ? $length(${value}) : ($type(${value}) = "object" ? ${value}.length : $count(${value})))`
}

function writeUnary(operator: string, argument: Expression, at: number, names: Temporaries): string {
  const value = write(argument, names)
  if (operator === '!') return `$not(${truth(value, names)})`
  if (operator === '-') return `(-${value})`
  throw unsupported(`The operator ${operator} is not part of the expressions that \${ } may hold`, at)
}

const equalities: Record<string, string> = { '==': '=', '===': '=', '!=': '!=', '!==': '!=' }
const plain = new Set(['-', '*', '/', '%', '<', '<=', '>', '>='])

function writeBinary(
  operator: string,
  left: Expression,
  right: Expression,
  at: number,
  names: Temporaries,
): string {
  const [a, b] = [write(left, names), write(right, names)]
  const equality = equalities[operator]
  if (equality !== undefined) return writeEquality(equality, a, b, names)
  if (operator === '+') return writePlus(left, right, a, b, names)
  if (plain.has(operator)) return `(${a} ${operator} ${b})`
  throw unsupported(`The operator ${operator} is not part of the expressions that \${ } may hold`, at)
}

/** A missing value equals null, as it does for who writes JavaScript. */
function writeEquality(operator: string, a: string, b: string, names: Temporaries): string {
  if (a !== 'null' && b !== 'null') return `(${a} ${operator} ${b})`
  const value = names.next()
  const isNull = `(${value} := ${a === 'null' ? b : a}; $exists(${value}) ? ${value} = null : true)`
  return operator === '=' ? isNull : `$not(${isNull})`
}

function writePlus(left: Expression, right: Expression, a: string, b: string, names: Temporaries): string {
  if (isText(left) || isText(right)) return `(${asText(a, names)} & ${asText(b, names)})`
  const [x, y] = [names.next(), names.next()]
  const texts = `${asText(x, names)} & ${asText(y, names)}`
  return `(${x} := ${a}; ${y} := ${b}; $type(${x}) = "string" or $type(${y}) = "string" ? ${texts} : ${x} + ${y})`
}

function isText(tree: Expression): boolean {
  if (tree.type === 'TemplateLiteral') return true
  if (tree.type === 'ParenthesizedExpression') return isText(tree.expression)
  if (tree.type === 'BinaryExpression' && tree.operator === '+')
    return isText(tree.left as Expression) || isText(tree.right)
  return tree.type === 'Literal' && typeof tree.value === 'string'
}

function asText(value: string, names: Temporaries): string {
  if (value.startsWith('"')) return value
  const name = names.next()
  const whole = `$type(${name}) = "number" ? ${name} = $floor(${name}) and $abs(${name}) < 9007199254740992 : false`
  return `(${name} := ${value}; $exists(${name}) and ${name} != null ? ((${whole}) ? $formatBase(${name}) : $string(${name})) : "")`
}

/** JavaScript's truth: lists and objects are true, also empty ones. */
function truth(value: string, names: Temporaries): string {
  const name = names.next()
  return `(${name} := ${value}; $type(${name}) = "array" or $type(${name}) = "object" or $boolean(${name}) = true)`
}

function writeLogical(operator: string, left: string, right: string, names: Temporaries): string {
  const name = names.next()
  if (operator === '??')
    return `(${name} := ${left}; $exists(${name}) and ${name} != null ? ${name} : ${right})`
  const test = truth(name, names)
  return operator === '&&'
    ? `(${name} := ${left}; ${test} ? ${right} : ${name})`
    : `(${name} := ${left}; ${test} ? ${name} : ${right})`
}

function writeCall(callee: Expression | Super, args: Expression[], at: number, names: Temporaries): string {
  const [value] = args
  const isStringify =
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    callee.object.name === 'JSON' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 'stringify'
  if (!isStringify || value === undefined)
    throw unsupported('JSON.stringify is the only function that ${ } may call', at)
  const name = names.next()
  // $string leaves a text as it is; within a list it is quoted.
  const quoted = `$substringBefore($substringAfter($string([${name}]), "[") & "\\u0000", "]\\u0000")`
  const indent = args.length > 2 ? ', true' : ''
  return `(${name} := ${write(value, names)}; $type(${name}) = "string" ? ${quoted} : ($exists(${name}) ? $string(${name}${indent}) : "null"))`
}
