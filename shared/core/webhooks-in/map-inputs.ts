import { compileDirect } from '../../expressions/direct.ts'
import { EvaluationError } from '../../expressions/error.ts'
import { TooMuchWork } from '../../expressions/json-values.ts'
import { hasTemplate, parseTemplate } from '../../expressions/template.ts'
import { Fault } from '../../faults.ts'
import { pointerOf } from '../../pointer.ts'
import type { Json, JsonObject } from '../../world.ts'

/**
 * The inputs that a trigger makes of `trigger.data`. Its expressions are of the kind that cannot loop (`checks/webhooks.ts`),
 * so they are worked out here. What is missing or cannot be worked out is null (flow-language.md §2).
 *
 * @throws {Fault} `validation_failed` for values too large to be worked out at the door.
 */
export function mapInputs(written: JsonObject, data: JsonObject): JsonObject {
  const context = { trigger: { type: 'webhook', data } }
  return readValue(written, context, []) as JsonObject
}

function readValue(written: Json, context: JsonObject, path: string[]): Json {
  if (typeof written === 'string') return hasTemplate(written) ? textOf(written, context, path) : written
  if (Array.isArray(written))
    return written.map((item, at) => readValue(item, context, [...path, String(at)]))
  if (typeof written !== 'object' || written === null) return written
  return Object.fromEntries(
    Object.entries(written).map(([name, member]) => [name, readValue(member, context, [...path, name])]),
  )
}

/** One template keeps the value's type; in mixed text objects stand as JSON, and what is missing is left out. */
function textOf(written: string, context: JsonObject, path: string[]): Json {
  const { parts, whole } = parseTemplate(written)
  const values = parts.map((part) =>
    part.type === 'text' ? part.text : worked(() => compileDirect(part.tree).evaluate(context, {}), path),
  )
  if (whole) return values[0] ?? null
  return values.map((value) => (typeof value === 'string' ? value : asText(value))).join('')
}

function asText(value: Json): string {
  return value === null ? '' : JSON.stringify(value)
}

function worked(evaluate: () => unknown, path: string[]): Json {
  try {
    const text = JSON.stringify(evaluate())
    return text === undefined ? null : (JSON.parse(text) as Json)
  } catch (error) {
    if (error instanceof EvaluationError) return null
    if (!(error instanceof TooMuchWork)) throw error
    const message = 'the value is too large to be worked out here: take the whole list and use it in a step'
    const issues = [{ path: pointerOf(path), code: 'too_much_work', message }]
    throw new Fault('validation_failed', 'The delivery cannot be mapped to inputs', { issues }, error)
  }
}
