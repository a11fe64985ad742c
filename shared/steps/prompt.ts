import * as z from 'zod'
import type { JsonObject } from '../world.ts'
import { refuse } from './answer.ts'
import type { WaitStep } from './define.ts'
import { listOf, missingParams, paramIssue, paramName, paramNameList, readParams } from './param-names.ts'

const params = z.strictObject({ requiredParams: paramNameList, actionId: paramName.optional() })

/** Longest text of one value, in UTF-16 units. */
const longestText = 10_000

/** Holds the run until the caller's program, not a person, has given values by name. */
export const prompt: WaitStep<z.infer<typeof params>> = {
  type: 'prompt',
  kind: 'wait',
  summary: "Waits for values from the caller's own program",
  params,
  output: [],
  example: { requiredParams: ['origin', 'deviceId'], actionId: 'send-notification' },
  outcomes: () => ['timeout'],
  secrets: false,
  compile: (written, place) => place.ask(written as JsonObject),
  ask: ({ requiredParams, actionId }) => ({
    kind: 'prompt',
    requiredParams: listOf(requiredParams),
    ...(typeof actionId === 'string' ? { actionId } : {}),
  }),
  accept(question, given) {
    const { params: values, issues } = readParams(question, given)
    const names = listOf(question.requiredParams)
    issues.push(...missingParams(question.requiredParams, values))
    for (const [name, value] of Object.entries(values)) {
      if (!names.includes(name))
        issues.push(paramIssue(name, 'input_unexpected', 'This step asks for no such value'))
      else if (typeof value === 'string' && value.length > longestText)
        issues.push(paramIssue(name, 'length_max', `Give at most ${longestText} characters`))
    }
    if (issues.length > 0) throw refuse(issues.slice(0, 100))
    return {
      ok: true,
      output: values,
      outcome: typeof question.actionId === 'string' ? { actionId: question.actionId } : {},
    }
  },
}
