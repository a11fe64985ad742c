import type { StepMessage } from '../../core/journeys/messages.ts'
import type { JourneyStep } from '../../core/journeys/step.ts'
import type { Json, JsonObject } from '../../world.ts'
import { approvalForm } from './approval-form.ts'

/** The view of an approval: what is asked, its fields, and two buttons (faces/journeys.md §6). */
export function approvalView({ message, form }: JsonObject): JsonObject[] {
  const title = text('message', typeof message === 'string' ? message : '')
  const inside = approvalForm(form)
  if (inside.length === 0)
    return [
      title,
      button('approve', 'PRIMARY', 'Approve', true),
      button('reject', 'SECONDARY', 'Reject', true),
    ]
  const fields = {
    ...{ id: 'form', type: 'FORM' },
    components: [...inside, button('approve', 'PRIMARY', 'Approve', false)],
  }
  return [title, fields, button('reject', 'SECONDARY', 'Reject', true)]
}

/** Of the button by which a holder looks again. */
export const progressAction = 'continue'

const progressTexts = {
  still_running: 'Still working',
  waiting_elsewhere: 'Waiting for somebody else',
} as const

type Why = Extract<JourneyStep, { at: 'progress' }>['why']

/** A view that any client can draw while there is nothing to do; pressing its button is a look. */
export function progressView(why: Why): { components: JsonObject[]; messages: StepMessage[] } {
  const message = progressTexts[why]
  return {
    components: [text('progress', message), button(progressAction, 'PRIMARY', 'Check again', true)],
    messages: [{ type: 'INFO', message, i18nKey: why }],
  }
}

function text(id: string, words: string): JsonObject {
  return { id, type: 'TYPOGRAPHY', variant: 'BODY1', config: { text: words } }
}

function button(actionId: string, variant: string, words: string, alone: boolean): JsonObject {
  const config: { [member: string]: Json } = { ...(alone ? { type: 'button' } : {}), text: words }
  return { id: actionId, type: 'BUTTON', actionId, variant, config }
}
