import type { Issue } from '../../faults.ts'
import type { Json, JsonObject } from '../../world.ts'

/** What a person is told about a step (faces/journeys.md §7). */
export interface StepMessage {
  type: 'ERROR' | 'WARNING' | 'INFO'
  message: string
  i18nKey?: string
  /** The field it is about. */
  identifier?: string
  context?: JsonObject
}

/** Stable ids for what forms of approvals find wrong. */
const ids: Record<string, string> = {
  required: 'input_required',
  unrecognized_keys: 'input_unexpected',
  invalid_type: 'input_type',
}

/** The issues of an answer or of inputs as messages at their fields; values are in neither. */
export function messagesOf(issues: readonly Issue[]): StepMessage[] {
  return issues.map(({ path, code, message }) => {
    const identifier = nameIn(path)
    return {
      type: 'ERROR',
      message: identifier === undefined ? message : withoutName(message, identifier),
      i18nKey: ids[code] ?? code,
      ...(identifier === undefined ? {} : { identifier }),
      context: {},
    }
  })
}

/** A single thing that is wrong with the step itself. */
export function errorMessage(message: string, i18nKey: string, context: JsonObject = {}): StepMessage {
  return { type: 'ERROR', message, i18nKey, context }
}

/** What an author lets a view say. */
export function saidMessages(messages: Json | undefined): StepMessage[] {
  return Array.isArray(messages) ? (messages as unknown as StepMessage[]) : []
}

function nameIn(path: string): string | undefined {
  const name = /^\/(?:params|form|inputs)\/(.+)$/.exec(path)?.[1] ?? /^\/([^/]+)$/.exec(path)?.[1]
  return name?.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** Issues begin with the name of the field, which stands beside a message. */
export function withoutName(message: string, name: string): string {
  const prefix = `${name.slice(0, 80)}: `
  return message.startsWith(prefix) ? message.slice(prefix.length) : message
}
