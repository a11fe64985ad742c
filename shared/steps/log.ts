import * as z from 'zod'
import type { JsonObject, LogLevel } from '../world.ts'
import type { WorkStep } from './define.ts'
import { anything, templated } from './params.ts'

const levels = ['debug', 'info', 'warn', 'error'] as const

const params = z.strictObject({
  level: templated(z.enum(levels)).optional(),
  message: z.string(),
  data: anything.optional(),
})

/** Writes a line to the run's log. */
export const log: WorkStep<z.infer<typeof params>> = {
  type: 'log',
  kind: 'work',
  summary: "Writes a line to the run's log",
  params,
  output: [],
  example: { level: 'warn', message: 'Score is {{score}}', data: { score: '{{score}}' } },
  outcomes: () => [],
  secrets: true,
  silent: true,
  compile: (written, place) => place.work(written as JsonObject),
  async run({ level, message, data }, tools) {
    const known = levels.includes(level as LogLevel) ? (level as LogLevel) : 'info'
    const text = typeof message === 'string' ? message : JSON.stringify(message ?? '')
    tools.log(known, text, data === undefined || data === null ? undefined : asObject(data))
    return null
  },
}

function asObject(data: JsonObject[string]): JsonObject {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? data : { value: data }
}
