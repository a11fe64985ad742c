import { type Expression, parseExpressionAt } from 'acorn'
import { ExpressionError } from './error.ts'
import { translate } from './javascript-operators.ts'

/**
 * Rewrites the `${expr}` of seed 003 as `{{ JSONata }}` with JavaScript's meaning (flow-language.md §1): member access,
 * literals, calculation, `+`, comparison, `&&` `||` `??` `!`, `? :` and `JSON.stringify`. `shared.x` becomes the name `x`;
 * `input`, `secrets` and any other name stay names of the run. The rest of the text is left as it is.
 *
 * Where it differs: a member of an array is read from each item, objects become JSON as text, and a number in text has
 * 15 digits unless it is whole.
 *
 * @throws {ExpressionError} `expression_syntax` or `expression_unsupported`, with the offset in the text.
 */
export function translateJavaScript(text: string): string {
  let result = ''
  let at = 0
  for (;;) {
    const found = text.slice(at).search(opening)
    if (found < 0) return result + text.slice(at)
    const open = at + found
    const { jsonata, end } = translateAt(text, open + 2)
    result += `${withoutBrace(text.slice(at, open))}{{ ${jsonata} }}`
    at = end + 1
  }
}

// In `${{price}}` the dollar is text before a template: no JavaScript expression that is read here begins with a brace.
const opening = /\$\{(?!\{)/

/** True if the text has a `${expr}` in it. */
export function hasJavaScript(text: string): boolean {
  return opening.test(text)
}

// `{` before `{{` would be read as part of it.
function withoutBrace(before: string): string {
  return before.endsWith('{') ? `${withoutBrace(before.slice(0, -1))}{{ "{" }}` : before
}

function translateAt(text: string, start: number): { jsonata: string; end: number } {
  const expression = parseAt(text, start)
  const rest = text.slice(expression.end)
  // acorn leaves out brackets around the whole expression.
  const end = expression.end + (/^[\s)]*/.exec(rest)?.[0].length ?? 0)
  if (text[end] !== '}')
    throw new ExpressionError(
      'expression_syntax',
      'The expression is not closed by `}`, or more follows it',
      start - 2,
    )
  return { jsonata: translate(expression), end }
}

function parseAt(text: string, start: number): Expression {
  try {
    return parseExpressionAt(text, start, { ecmaVersion: 2022 })
  } catch (error) {
    const { pos = start, message } = error as { pos?: number; message: string }
    throw new ExpressionError('expression_syntax', message.replace(/ \(\d+:\d+\)$/, ''), pos, error)
  }
}
