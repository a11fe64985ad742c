import * as z from 'zod'
import type { Json, JsonObject } from '../world.ts'
import { readAnswer, refuse } from './answer.ts'
import type { WaitStep } from './define.ts'
import { templated } from './params.ts'
import { actionOf, readAnswerOf } from './view/answer.ts'
import { components } from './view/components.ts'
import { splitHtml } from './view/html.ts'
import { issuesOf, noAction } from './view/issues.ts'
import { messages, shownMessages } from './view/messages.ts'
import { shownComponents } from './view/question.ts'
import { actionsOf, fieldsOf, requiredParamsOf } from './view/read.ts'
import { type RuleOfField, ruleOfField } from './view/rules.ts'
import { checkWhole } from './view/whole.ts'

const params = z
  .strictObject({
    components,
    validations: z.array(ruleOfField).max(100).optional(),
    messages: templated(messages).optional(),
  })
  .check(checkWhole)

const answer = z.strictObject({
  actionId: z.string().max(200).nullish(),
  params: z.record(z.string(), z.json()),
  executionId: z.string().nullish(),
})

/** Shows a form and holds the run until it is sent with one of its actions. */
export const view: WaitStep<z.infer<typeof params>> = {
  type: 'view',
  aliases: ['show-form'],
  kind: 'wait',
  summary: 'Shows a form and waits until it is sent',
  params,
  output: ['actionId'],
  example: {
    components: [
      { id: 'title', type: 'TYPOGRAPHY', variant: 'H3', config: { text: 'Welcome' } },
      {
        id: 'form',
        type: 'FORM',
        components: [
          {
            id: 'email',
            type: 'INPUT',
            variant: 'EMAIL',
            config: { identifier: 'email', label: 'E-mail', required: true },
          },
          {
            id: 'password',
            type: 'INPUT',
            variant: 'PASSWORD',
            config: {
              identifier: 'password',
              label: 'Password',
              required: true,
              validations: [{ name: 'LengthValidator', conditions: [{ key: 'min.length', value: '12' }] }],
            },
          },
          {
            id: 'submit',
            type: 'BUTTON',
            variant: 'PRIMARY',
            actionId: 'sign-up',
            config: { text: 'Continue' },
          },
        ],
      },
    ],
  },
  outcomes: (written) => [
    ...new Set(actionsOf(written.components).map(({ actionId }) => actionId)),
    'timeout',
  ],
  outcomesInParams: true,
  secrets: false,
  compile: (written, place) =>
    place.ask(apart(written as JsonObject), {
      routes: actionsOf(written.components).map(({ actionId }) => ({
        outcome: actionId,
        when: (variable) => `${variable}.actionId = ${JSON.stringify(actionId)}`,
      })),
    }),
  ask(args) {
    const shown = shownComponents(args.components ?? [], (args.validations ?? []) as unknown as RuleOfField[])
    const said = shownMessages(args.messages)
    return {
      kind: 'view',
      components: shown,
      requiredParams: requiredParamsOf(shown),
      actionIds: actionsOf(shown).map(({ actionId }) => actionId),
      ...(said.length > 0 ? { messages: said as unknown as Json } : {}),
    }
  },
  async accept({ components: asked = [] }, given) {
    const { actionId, params: inputs } = readAnswer('view', 'params', answer, given)
    const action = actionOf(asked, actionId)
    if (action === null) throw refuse([noAction(asked)])
    const { values, problems } = await readAnswerOf(asked, action, inputs as JsonObject)
    if (problems.length > 0) throw refuse(issuesOf(problems))
    const sealed = fieldsOf(asked)
      .filter((field) => field.sealed)
      .map(({ identifier }) => [identifier])
    return {
      ok: true,
      output: Object.fromEntries([['actionId', action.actionId], ...values]),
      outcome: { actionId: action.actionId },
      ...(sealed.length > 0 ? { sealed } : {}),
    }
  },
}

/** Expressions in HTML are sent apart, so that their values are never read as markup. */
function apart(written: JsonObject): JsonObject {
  const one = (component: JsonObject): JsonObject => {
    const { type, config, components: inside } = component
    if (type === 'FORM') return { ...component, components: (inside as JsonObject[]).map(one) }
    const { text } = (config ?? {}) as JsonObject
    if (type !== 'RICH_TEXT' || typeof text !== 'string' || !text.includes('{{')) return component
    return { ...component, config: { text: { html: splitHtml(text).html } } }
  }
  return { ...written, components: (written.components as JsonObject[]).map(one) }
}
