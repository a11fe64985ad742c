import { parse } from 'acorn'
import { ExpressionError } from './error.ts'

/**
 * Reads a script as the body of a function, without running it.
 *
 * @throws {ExpressionError} `script_syntax` with the offset in the text.
 */
export function checkScript(code: string): void {
  try {
    parse(code, {
      ecmaVersion: 2025,
      sourceType: 'script',
      allowReturnOutsideFunction: true,
      allowHashBang: false,
    })
  } catch (error) {
    // Brackets by the thousand overflow the parser's stack, and would the sandbox's too.
    if (error instanceof RangeError)
      throw new ExpressionError('script_syntax', 'The code is nested too deep', 0, error)
    const { pos = 0, message } = error as { pos?: number; message: string }
    throw new ExpressionError('script_syntax', message.replace(/ \(\d+:\d+\)$/, ''), pos, error)
  }
}
