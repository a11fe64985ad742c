import type { Json } from '../world.ts'
import { EvaluationError } from './error.ts'
import { limits } from './limits.ts'

/** JSON text of what goes to a child. @throws {EvaluationError} when it is too deep or too large. */
export function inputText(value: unknown): string | undefined {
  if (value === undefined) return undefined
  checkDepth(value, 0)
  const text = JSON.stringify(value)
  if (Buffer.byteLength(text) > limits.inputBytes)
    throw new EvaluationError(`The values of the expression are larger than ${limits.inputBytes} bytes`)
  return text
}

function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > limits.valueDepth)
    throw new EvaluationError(`A value is nested more than ${limits.valueDepth} levels deep`)
  for (const name in value) checkDepth((value as Record<string, unknown>)[name], depth + 1)
}

/**
 * The result of an evaluation in this process, if it is one that a machine may carry.
 *
 * @throws {EvaluationError} for a number out of range, or a value over 256 KiB that was `isBuilt` and did not go in as it is.
 */
export function checkResult(value: unknown, isBuilt: boolean): Json | undefined {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new EvaluationError('The result is out of the range of numbers')
  if (!isBuilt) return value as Json | undefined
  if (typeof value === 'string' && value.length > limits.outputBytes) throw tooLarge()
  if (typeof value === 'object' && value !== null) measure(value, { left: limits.outputBytes })
  return value as Json | undefined
}

// The same value may stand in a result many times: it is counted each time, and counting ends at the limit.
function measure(value: unknown, room: { left: number }): void {
  room.left -= typeof value === 'string' ? value.length + 3 : 2
  if (typeof value === 'object' && value !== null)
    for (const name in value) {
      if (!Array.isArray(value)) room.left -= name.length + 3
      measure((value as Record<string, unknown>)[name], room)
      if (room.left < 0) throw tooLarge()
    }
  if (room.left < 0) throw tooLarge()
}

function tooLarge(): EvaluationError {
  return new EvaluationError('The result is larger than 256 KiB')
}
