import type { Json, JsonObject } from '../../world.ts'
import { actionsOf, fieldsOf, type ViewAction, type ViewField } from './read.ts'
import { brokenRules, notRepeated } from './validate.ts'
import { isBlank, problem, readValue, type ViewProblem } from './values.ts'

/** Most problems that are told at once. */
const mostProblems = 100

/**
 * The action that an answer means: by its `actionId` or its `id`; without one, the only one there is. null if it means none.
 */
export function actionOf(components: Json, given: string | null | undefined): ViewAction | null {
  const actions = actionsOf(components)
  if (given === undefined || given === null || given.trim() === '')
    return actions.length === 1 ? (actions[0] ?? null) : null
  return (
    actions.find(({ actionId }) => actionId === given) ??
    actions.find(({ id }) => id !== undefined && id === given) ??
    null
  )
}

/** The values of an answer by identifier, and everything that is wrong with them (faces/journeys.md §5, §7). */
export async function readAnswerOf(
  components: Json,
  action: ViewAction,
  given: JsonObject,
): Promise<{ values: Map<string, Json>; problems: ViewProblem[] }> {
  const fields = fieldsOf(components)
  const values = new Map<string, Json>()
  const early = fields.map((field) => readField(field, action, given, values))
  const problems: ViewProblem[] = []
  for (const [index, field] of fields.entries()) {
    const first = early[index]
    const value = values.get(field.identifier)
    if (first) problems.push(first)
    else if (value !== undefined) problems.push(...(await brokenRules(field, value, values)))
    else if (isSent(field, action)) problems.push(...(await notRepeated(field, values)))
  }
  const known = new Set(fields.map(({ identifier }) => identifier))
  for (const name of Object.keys(given)) if (!known.has(name)) problems.push(unexpected(name))
  return { values, problems: problems.slice(0, mostProblems) }
}

function readField(
  field: ViewField,
  action: ViewAction,
  given: JsonObject,
  values: Map<string, Json>,
): ViewProblem | null {
  const { identifier } = field
  const value = Object.hasOwn(given, identifier) ? given[identifier] : undefined
  if (isBlank(field, value)) {
    return field.required && isSent(field, action)
      ? problem(identifier, 'input_required', 'This is required')
      : null
  }
  const read = readValue(field, value as Json)
  if ('problem' in read) return read.problem
  values.set(identifier, read.value)
  return null
}

/** No field has a longer name: what is not known is not given back in full. */
function unexpected(name: string): ViewProblem {
  return problem(name.slice(0, 200), 'input_unexpected', 'This step asks for no such value')
}

/** Whether an action sends the form that the field is in. */
function isSent({ form }: ViewField, { submits }: ViewAction): boolean {
  return submits !== null && form === submits
}
