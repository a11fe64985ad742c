import jsonata from 'jsonata'
import { isRealFunction, prepareTree, registerFunctions } from './child-functions.ts'
import { limits } from './limits.ts'
import { LinearRegex } from './regex-engine.ts'

/**
 * The child process that evaluates what the main process may not (hardening.md 2.1): no environment, no files, no
 * add-ons, 64 MB; killed by its parent when it does not answer in time.
 */

/** What the parent asks: `input` and `bindings` are JSON text. */
export interface Question {
  source: string
  input: string | undefined
  bindings: string
  evaluationMs: number
}

/** What it is told: JSON text, nothing at all, or why not. */
export type Answer = { ready: true } | { output?: string } | { error: string }

const compiled = new Map<string, jsonata.Expression>()

function compile({ source, evaluationMs }: Question): jsonata.Expression {
  const known = compiled.get(source)
  if (known) return known
  const options = {
    timeout: evaluationMs,
    stack: limits.evaluationDepth,
    sequence: limits.sequenceLength,
    RegexEngine: LinearRegex as unknown as RegExpConstructor,
  }
  const expression = jsonata(source, options)
  // Members of a list or object are evaluated side by side and counted as if they were nested.
  options.stack += prepareTree(expression.ast())
  registerFunctions(expression)
  // Each keeps the parser's tables alive: some 50 KB of the child's 64 MB.
  if (compiled.size >= limits.expressionsPerChild) compiled.delete(compiled.keys().next().value!)
  compiled.set(source, expression)
  return expression
}

async function answer(question: Question): Promise<Answer> {
  try {
    const input = question.input === undefined ? undefined : JSON.parse(question.input)
    const value = await compile(question).evaluate(input, JSON.parse(question.bindings))
    if (value === undefined) return {}
    const output = JSON.stringify(value, onlyJson)
    if (Buffer.byteLength(output) > limits.outputBytes) return { error: 'The result is larger than 256 KiB' }
    return { output }
  } catch (error) {
    return { error: reason(error) }
  }
}

function onlyJson(_name: string, value: unknown): unknown {
  if (isRealFunction(value)) throw new Error('The result is a function, not a value')
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new Error('The result is out of the range of numbers')
  return value
}

function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  const text = String(message ?? error).slice(0, 300)
  return typeof code === 'string' ? `${code}: ${text}` : text
}

process.on('disconnect', () => process.exit())
process.on('message', async (question: Question) => {
  process.send?.(await answer(question))
})
process.send?.({ ready: true } satisfies Answer)
