import type { WorkEvent } from '../asl/step-event.ts'
import { instant } from '../aws/clock.ts'
import type { StepError } from '../step-error.ts'
import type { LogLine } from '../store/run-steps.ts'
import type { JsonObject, LogLevel, World } from '../world.ts'
import { hideSealed } from './hidden.ts'
import { cut } from './run-error.ts'

const longestMessage = 1000
const largestData = 8192

/** One entry, cut to the limits of the log. */
export function logLine(world: World, level: LogLevel, message: string, data?: JsonObject): LogLine {
  const at = instant(world.clock.now())
  const text = cut(hideSealed(message), longestMessage)
  if (data === undefined) return { at, level, message: text }
  return { at, level, message: text, data: dataText(hideSealed(data)) }
}

/** Data over 8 KB stands as the beginning of its text. */
function dataText(data: JsonObject): string {
  const text = JSON.stringify(data)
  if (Buffer.byteLength(text) <= largestData) return text
  return JSON.stringify({ text: cut(text, largestData / 2) })
}

/** A try that failed: with another one to come it is a warning. */
export function failureLine(
  world: World,
  { retries, maxAttempts }: WorkEvent,
  { code, message, data }: StepError,
  next: { inSeconds: number | null } | null,
): LogLine {
  if (next === null) return logLine(world, 'error', message, { code, ...data })
  const soon = next.inSeconds === null ? '' : ` in ${next.inSeconds} s`
  const text = `${message}; retry ${retries + 2} of ${maxAttempts}${soon}`
  return logLine(world, 'warn', text, { attempt: retries + 1, code })
}
