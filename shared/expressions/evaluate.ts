import jsonata from 'jsonata'
import { addFunctions } from './added-functions.ts'
import { softTimeMs } from './limits.ts'
import { LinearRegex } from './linear-regex.ts'

/** Expressions that have been parsed, by source; the oldest goes first. */
const parsed = new Map<string, jsonata.Expression>()
const keepParsed = 2000

/** Evaluates with JSONata 2.2.2, held by its own guards on time, depth and length. */
export async function evaluateByLibrary(
  source: string,
  input: unknown,
  variables: Record<string, unknown>,
): Promise<unknown> {
  return expressionOf(source).evaluate(input, variables)
}

function expressionOf(source: string): jsonata.Expression {
  const known = parsed.get(source)
  if (known) return known
  const expression = jsonata(source, {
    timeout: softTimeMs,
    stack: 500,
    sequence: 100_000,
    RegexEngine: LinearRegex as unknown as RegExpConstructor,
  })
  addFunctions(expression)
  parsed.set(source, expression)
  if (parsed.size > keepParsed) parsed.delete(parsed.keys().next().value as string)
  return expression
}
