import type { StepMessage } from '../../core/journeys/messages.ts'
import type { Json, JsonObject } from '../../world.ts'

const withConfig = new Set(['INPUT', 'SELECT', 'BUTTON'])
const fields = new Set(['INPUT', 'SELECT'])
const actions = new Set(['BUTTON', 'RESEND'])

/** A view's components with what the renderers of existing clients cannot do without (faces/journeys.md §5). */
export function drawable(components: Json | undefined): JsonObject[] {
  return listOf(components).map((component) =>
    component.type === 'FORM'
      ? { ...component, components: listOf(component.components).map((one) => completed(one, true)) }
      : completed(component, false),
  )
}

/** Messages for clients that draw components alone: each error as a text before the first one. */
export function drawnMessages(messages: readonly StepMessage[]): JsonObject[] {
  return messages
    .filter(({ type }) => type === 'ERROR')
    .map(({ message }, index) => ({
      ...{ id: `message_${index + 1}`, type: 'TYPOGRAPHY', variant: 'BODY1' },
      config: { text: message },
    }))
}

function completed(component: JsonObject, inForm: boolean): JsonObject {
  const type = String(component.type)
  if (!withConfig.has(type) && !actions.has(type)) return component
  const given = objectOf(component.config)
  const { identifier } = given
  const config: JsonObject = {
    ...given,
    // They read values under the identifier, and validate them under the name.
    ...(fields.has(type) && typeof identifier === 'string' && identifier !== component.id
      ? { name: given.name ?? identifier }
      : {}),
    // Outside a form a submit does nothing.
    ...(actions.has(type) && !inForm ? { type: given.type ?? 'button' } : {}),
  }
  return { ...component, config }
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : []
}

/** An object; empty for what is none. */
export function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}
