import type { Expressions } from './states.ts'

/** A JSONata expression as a field of the states language carries it. */
export function expression(jsonata: string): string {
  return `{% ${jsonata} %}`
}

/** True for a text that the engine evaluates. */
export function isExpression(text: string): boolean {
  return text.startsWith('{%') && text.endsWith('%}')
}

/** The JSONata between the delimiters. */
export function bare(text: string): string {
  return text.slice(2, -2).trim()
}

/**
 * A text that is data, whatever it looks like. The engine would evaluate `{% … %}` and refuse a half-open delimiter, so
 * such a text is written as an expression of itself.
 */
export function constantText(text: string): string {
  return text.includes('{%') || text.includes('%}') ? expression(literalText(text)) : text
}

/** A JSONata string literal in which no delimiter of the states language can be seen. */
export function literalText(text: string): string {
  return JSON.stringify(text).replaceAll('{%', '\\u007b%').replaceAll('%}', '%\\u007d')
}

/** JSON that is data at every depth, also in its names. */
export function constant(value: Expressions): Expressions {
  if (typeof value === 'string') return constantText(value)
  if (Array.isArray(value)) return value.map(constant)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, constant(member)]))
}
