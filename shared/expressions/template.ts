import { ExpressionError } from './expression-error.ts'
import { readExpression } from './gate.ts'
import type { Tree } from './tree.ts'

/** Text between expressions, as it stands. */
export interface TextPart {
  text: string
}

/** One `{{ expression }}`. */
export interface ExpressionPart {
  /** What stands between the braces. */
  source: string
  /** Characters from the beginning of the string to `source`. */
  offset: number
  tree: Tree
}

/** A string of the definition, cut into text and expressions. */
export interface Template {
  parts: (TextPart | ExpressionPart)[]
  /** True if the string is exactly one expression: it then keeps the value's type. */
  whole: boolean
}

/** True if the string has an expression in it. */
export function hasTemplate(text: string): boolean {
  return text.includes('{{')
}

/**
 * Cuts a string into text and expressions.
 *
 * @throws {ExpressionError} if an expression does not end, or is refused by the gate.
 */
export function parseTemplate(text: string): Template {
  const parts: Template['parts'] = []
  let at = 0
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', at)) {
    const { from, end } = boundsOf(text, open + 2)
    if (from - 2 > at) parts.push({ text: text.slice(at, from - 2) })
    const source = text.slice(from, end)
    parts.push({ source, offset: from, tree: readExpression(source, from) })
    at = end + 2
  }
  if (at < text.length || parts.length === 0) parts.push({ text: text.slice(at) })
  return { parts, whole: parts.length === 1 && 'tree' in parts[0]! }
}

/** Where an expression begins and ends. Of `{{{x}}` the first brace is text, since nothing closes it. */
function boundsOf(text: string, from: number): { from: number; end: number } {
  const end = endOf(text, from)
  if (end !== null) return { from, end }
  const later = text[from] === '{' ? endOf(text, from + 1) : null
  if (later !== null) return { from: from + 1, end: later }
  throw new ExpressionError(
    'expression_syntax',
    'An expression begins with {{ here and does not end: }} is missing',
    from - 2,
  )
}

/** Where the expression that begins at `from` ends: the first `}}` outside strings and nested braces. */
function endOf(text: string, from: number): number | null {
  let braces = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]!
    if (char === '"' || char === "'" || char === '`') at = endOfString(text, at)
    else if (char === '{') braces++
    else if (char === '}' && braces > 0) braces--
    else if (char === '}' && text[at + 1] === '}') return at
  }
  return null
}

function endOfString(text: string, from: number): number {
  const quote = text[from]
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\' && quote !== '`') at++
    else if (text[at] === quote) return at
  }
  return text.length
}
