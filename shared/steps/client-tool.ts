import * as z from 'zod'
import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import { readAnswer } from './answer.ts'
import type { WaitStep } from './define.ts'
import { readJson } from './json-text.ts'
import { isTemplate, text } from './params.ts'

const pairs = z.array(z.strictObject({ key: text, value: z.json() }))

const params = z.strictObject({
  toolName: text,
  parameters: z
    .union([z.record(z.string(), z.json()), pairs, z.string()])
    .refine(
      (value) => typeof value !== 'string' || isTemplate(value) || readText(value) !== null,
      'Expected JSON text of an object',
    )
    .optional(),
})

const answer = z.strictObject({
  toolResult: z.strictObject({
    executionId: z.string().nullish(),
    success: z.boolean(),
    output: z.json().optional(),
    error: z.string().max(2000).nullish(),
  }),
  executionId: z.string().nullish(),
})

/** Holds the run until the caller's own tool has worked. */
export const clientTool: WaitStep<z.infer<typeof params>> = {
  type: 'client-tool',
  kind: 'wait',
  summary: "Waits for a tool in the caller's own program",
  params,
  output: [],
  example: { toolName: 'readCart', parameters: [{ key: 'cartId', value: '{{inputs.cartId}}' }] },
  outcomes: () => ['timeout', 'error'],
  secrets: false,
  compile: (written, place) => place.ask(written as JsonObject),
  ask({ toolName, parameters }) {
    if (typeof toolName !== 'string' || toolName === '')
      throw new StepError('ClientTool.BadQuestion', 'toolName is no text')
    return { kind: 'client-tool', toolName, args: readParameters(parameters) }
  },
  accept(_question, given) {
    const { toolResult } = readAnswer('client-tool', 'toolResult', answer, given)
    const outcome = { success: toolResult.success }
    if (toolResult.success) return { ok: true, output: (toolResult.output ?? null) as Json, outcome }
    return {
      ok: false,
      error: 'ClientTool.Failed',
      cause: toolResult.error || 'The tool reported a failure',
      outcome,
    }
  },
}

function readParameters(written: Json | undefined): JsonObject {
  if (written === undefined || written === null) return {}
  const value = typeof written === 'string' ? readText(written) : written
  if (Array.isArray(value)) return readPairs(value)
  if (typeof value === 'object' && value !== null) return value
  throw new StepError(
    'ClientTool.BadQuestion',
    'parameters are no object, list of {key, value} or JSON text of one',
  )
}

function readPairs(list: Json[]): JsonObject {
  const read = pairs.safeParse(list)
  if (!read.success)
    throw new StepError('ClientTool.BadQuestion', 'parameters hold a member that is no {key, value}')
  return Object.fromEntries(read.data.map(({ key, value }) => [key, value])) as JsonObject
}

function readText(text: string): JsonObject | Json[] | null {
  const value = readJson(text)
  return typeof value === 'object' ? value : null
}
