import { evaluateByLibrary } from './evaluate.ts'
import { largestValueBytes } from './limits.ts'

/** One expression to evaluate; values travel as JSON text. */
export interface Work {
  source: string
  input: string | null
  variables: string
}

/** What came of it: JSON text, nothing (the expression has no value), or why not. */
export type Outcome = { json: string } | { nothing: true } | { failed: string }

/** The process in which expressions are evaluated that could take a process down. */
process.on('message', async (work: Work) => {
  process.send?.(await evaluate(work))
})

async function evaluate({ source, input, variables }: Work): Promise<Outcome> {
  try {
    const value = await evaluateByLibrary(
      source,
      input === null ? undefined : JSON.parse(input),
      JSON.parse(variables),
    )
    const json = JSON.stringify(value)
    if (json === undefined) return { nothing: true }
    if (Buffer.byteLength(json) > largestValueBytes)
      return { failed: `The value is over ${largestValueBytes} bytes` }
    return { json }
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string }
    return { failed: [code, message].filter(Boolean).join(': ').slice(0, 500) || 'The expression failed' }
  }
}
