import { fieldsOf } from '../../steps/view/read.ts'
import type { Json, JsonObject } from '../../world.ts'
import type { WaitView } from '../run-view.ts'

/**
 * What of the inputs of a start answers its first step (faces/journeys.md §3): what the flow has taken for its own inputs is
 * no answer, unless the step asks for it as well.
 */
export function firstAnswer(
  { question }: WaitView,
  inputs: JsonObject,
  taken: readonly string[],
): JsonObject {
  const asked = new Set([
    ...fieldsOf(question.components).map(({ identifier }) => identifier),
    ...namesOf(question.form),
    ...listOf(question.requiredParams),
  ])
  return Object.fromEntries(
    Object.entries(inputs).filter(([name]) => !taken.includes(name) || asked.has(name)),
  )
}

function namesOf(form: Json | undefined): Json[] {
  return listOf(form).map((field) => (field as JsonObject).name ?? null)
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}
