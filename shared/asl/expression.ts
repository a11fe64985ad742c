import type { Expressions } from './states.ts'

/** A JSONata expression as a field of the states language carries it: on one line, as validators want it. */
export function expression(jsonata: string): string {
  return `{% ${jsonata.replace(/\s*[\n\r\u2028\u2029]+\s*/g, ' ')} %}`
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
 * A text that is data, whatever it looks like. The engine would evaluate `{% … %}` and refuse a half-open delimiter, and
 * asl-validator refuses an empty text or one of several lines: such a text is written as an expression of itself.
 */
export function constantText(text: string): string {
  return /^$|\{%|%\}|[\n\r\u2028\u2029]/.test(text) ? expression(literalText(text)) : text
}

/** A JSONata string literal in which no delimiter of the states language and no line break can be seen. */
export function literalText(text: string): string {
  return asJsonata(JSON.stringify(text))
}

/** JSON that is data at every depth. */
export function constant(value: Expressions): Expressions {
  if (typeof value === 'string') return constantText(value)
  if (Array.isArray(value))
    return holdsList(value) ? expression(asJsonata(JSON.stringify(value))) : value.map(constant)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, constant(member)]))
}

/** True for a list with a list in it, which asl-validator refuses where data may stand. */
export function holdsList(list: unknown[]): boolean {
  return list.some(Array.isArray)
}

/** JSON text is JSONata, but must not show a delimiter or a line break. */
export function asJsonata(json: string): string {
  return json
    .replaceAll('{%', '\\u007b%')
    .replaceAll('%}', '%\\u007d')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
}
