import { ExpressionError } from './error.ts'
import { parseExpression } from './gate.ts'
import { limits } from './limits.ts'
import { expressionEnd } from './template-end.ts'
import type { Tree } from './tree.ts'

export interface TextPart {
  type: 'text'
  text: string
}

export interface ExpressionPart {
  type: 'expression'
  /** What stands between `{{` and `}}`. */
  source: string
  /** Where `source` begins in the template, in characters. */
  offset: number
  tree: Tree
}

/** A string in which `{{ }}` stand for values. */
export interface Template {
  parts: (TextPart | ExpressionPart)[]
  /** The string is exactly one `{{ }}`: it keeps the value's type. */
  whole: boolean
}

const parsed = new Map<string, Template>()

/** True if the text has a `{{`. */
export function hasTemplate(text: string): boolean {
  return text.includes('{{')
}

/**
 * Reads a string with `{{ expression }}` in it (flow-language.md §2). The same text gives the same object.
 *
 * @throws {ExpressionError} `expression_syntax`, `expression_unsupported`, `expression_too_long`; `offset` in `text`.
 */
export function parseTemplate(text: string): Template {
  const known = parsed.get(text)
  if (known) return known
  const parts = readParts(text)
  const template = { parts, whole: parts.length === 1 && parts[0]?.type === 'expression' }
  if (parsed.size >= limits.cachedExpressions) parsed.clear()
  parsed.set(text, template)
  return template
}

function readParts(text: string): Template['parts'] {
  const parts: Template['parts'] = []
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{{', at)
    if (open > at || open < 0) parts.push({ type: 'text', text: text.slice(at, open < 0 ? undefined : open) })
    if (open < 0) break
    const end = expressionEnd(text, open + 2)
    if (end < 0) throw new ExpressionError('expression_syntax', '`{{` has no `}}` that belongs to it', open)
    parts.push(readExpression(text, open + 2, end))
    at = end + 2
  }
  return parts
}

function readExpression(text: string, offset: number, end: number): ExpressionPart {
  const source = text.slice(offset, end)
  try {
    return { type: 'expression', source, offset, tree: parseExpression(source) }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    throw new ExpressionError(error.code, error.message, offset + error.offset, error)
  }
}
