import type { Json, JsonObject } from '../../../shared/world.ts'

/** A field of a form. */
export function field(identifier: string, variant: string, config: JsonObject = {}): JsonObject {
  return {
    ...{ id: identifier, type: 'INPUT', variant },
    config: { identifier, label: identifier, required: true, ...config },
  }
}

/** A form with its button. */
export function form(fields: JsonObject[], actionId = 'next', text = 'Continue'): JsonObject {
  const button = { id: 'submit', type: 'BUTTON', actionId, variant: 'PRIMARY', config: { text } }
  return { id: 'form_1', type: 'FORM', components: [...fields, button] }
}

/** A flow that answers a flowType. */
export function journey(
  nodes: { [id: string]: Json },
  flowType = 'REGISTRATION',
  more: JsonObject = {},
): JsonObject {
  const { showMessages, ...rest } = more
  return {
    metadata: { name: `Journey ${flowType}` },
    triggers: [
      { type: 'journey', flowType, ...(showMessages === undefined ? {} : { showMessages }) },
      { type: 'api' },
    ],
    settings: { waitTimeoutSeconds: 900 },
    ...rest,
    nodes,
  }
}

/** The end of a flow, which tells the output of its last step. */
export const end = { type: 'final', params: { output: '{{last}}' } }

/** A flow of one step, whose output is told. */
export const asking = (type: string, params: JsonObject): JsonObject =>
  journey({ ask: { type, params, next: { default: 'end' } }, end })

/** The registration that seed 000 prints, ending with a user id. */
export const registration = journey({
  form: {
    type: 'view',
    params: {
      components: [
        {
          ...{ id: 'form_1', type: 'FORM' },
          components: [
            {
              ...{ id: 'email', type: 'INPUT', variant: 'EMAIL' },
              config: { identifier: 'email', label: 'Email', required: true },
            },
            {
              ...{ id: 'password', type: 'INPUT', variant: 'PASSWORD' },
              config: { identifier: 'password', label: 'Password', required: true },
            },
            {
              ...{ id: 'submit', type: 'BUTTON', actionId: 'submit-registration', variant: 'PRIMARY' },
              config: { text: 'Continue' },
            },
          ],
        },
      ],
    },
    next: { default: 'end' },
  },
  end: {
    type: 'final',
    params: { outputs: { userId: '00d9b675-9da3-4fa6-9ef4-1a61ac6e9788', email: '{{form.email}}' } },
  },
})
