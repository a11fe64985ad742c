const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}' }

/**
 * Where the `}}` stands that ends the expression beginning at `start`, or -1. Strings, quoted names, comments and
 * regular expressions may hold braces, and objects may end in `}}` themselves.
 */
export function expressionEnd(text: string, start: number): number {
  let depth = 0
  let operand = false
  for (let at = start; at < text.length; at++) {
    const char = text[at]!
    if (depth <= 0 && char === '}' && text[at + 1] === '}') return at
    if (/\s/.test(char)) continue
    const skipped = skip(text, at, char, operand)
    if (skipped < 0) return -1
    if (char === '{') depth++
    if (char === '}') depth--
    const comment = char === '/' && text[at + 1] === '*'
    if (!comment) operand = /[\w"'`)\]}$*]/.test(char) || (char === '/' && skipped > at)
    at = skipped
  }
  return -1
}

// The last character of the token that begins here, if it is one that may hold braces; -1 if it never ends.
function skip(text: string, at: number, char: string, operand: boolean): number {
  if (char === '"' || char === "'") return stringEnd(text, at, char)
  if (char === '`') return text.indexOf('`', at + 1)
  if (char !== '/') return at
  if (text[at + 1] === '*') {
    const end = text.indexOf('*/', at + 2)
    return end < 0 ? -1 : end + 1
  }
  return operand ? at : regexEnd(text, at)
}

function stringEnd(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) return at
  }
  return -1
}

// JSONata's rule: the first `/` outside brackets that is not escaped.
function regexEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]!
    if (char === '\\') at++
    else if (char in closers) depth++
    else if (Object.values(closers).includes(char)) depth--
    else if (char === '/' && depth === 0) return at
  }
  return -1
}
