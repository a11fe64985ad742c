import * as z from 'zod'
import type { Field } from '../definitions/graph.ts'
import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import { readAnswer, refuse } from './answer.ts'
import type { WaitStep } from './define.ts'
import { checkForm, form } from './form.ts'
import { templated } from './params.ts'

const decision = z.enum(['approve', 'reject'])

const params = z.strictObject({
  message: z.string().min(1),
  approvers: templated(z.array(z.string().min(1)).min(1).max(100)).optional(),
  approvals: templated(z.int().min(1).max(100)).optional(),
  allowSelf: templated(z.boolean()).optional(),
  form: form.optional(),
  onTimeout: z.union([z.enum(['fail', 'branch']), z.strictObject({ decision })]).optional(),
})

const answer = z.strictObject({
  decision,
  message: z.string().max(2000).nullish(),
  form: z.record(z.string(), z.json()).nullish(),
  executionId: z.string().nullish(),
})

/** Holds the run until people say yes or no. */
export const approval: WaitStep<z.infer<typeof params>> = {
  type: 'approval',
  aliases: ['user-approval'],
  kind: 'wait',
  summary: 'Waits for a person to approve or reject',
  params,
  output: ['decision', 'decidedAt', 'decidedBy', 'message'],
  example: {
    message: 'Renew {{customerId}}?',
    approvers: ['ann@example.com', 'bob@example.com'],
    approvals: 2,
    allowSelf: false,
    form: [{ name: 'reason', type: 'text', required: true }],
    onTimeout: { decision: 'reject' },
  },
  choices: { approvers: 'accounts' },
  outcomes: () => ['approve', 'reject', 'timeout'],
  secrets: false,
  latestAs: 'approval',
  compile: ({ onTimeout, ...question }, place) =>
    place.ask(question as JsonObject, {
      routes: [{ outcome: 'reject', when: (variable) => `${variable}.decision = "reject"` }],
      outcome: 'approve',
      ...(onTimeout === undefined ? {} : { onTimeout }),
      forOthers: question.approvers !== undefined || question.allowSelf === false,
    }),
  ask(args) {
    const approvers = readApprovers(args.approvers)
    const needed = typeof args.approvals === 'number' ? Math.max(1, Math.floor(args.approvals)) : 1
    if (approvers && needed > approvers.length)
      throw new StepError(
        'Approval.BadQuestion',
        `${needed} approvals are needed, but ${approvers.length} may approve`,
      )
    return {
      kind: 'approval',
      message: textOf(args.message ?? null),
      options: ['approve', 'reject'],
      approvals: { needed, given: 0 },
      allowSelf: args.allowSelf !== false,
      ...(approvers ? { approvers } : {}),
      ...(args.form ? { form: args.form } : {}),
    }
  },
  accept(question, given, answering) {
    const { decision, message, form } = readAnswer('approval', 'decision', answer, given)
    const fields = (question.form ?? []) as unknown as Field[]
    // Who says no need not fill in the form.
    const filled = checkForm(decision === 'approve' ? fields : fields.map(optional), form as JsonObject)
    if (filled.issues.length > 0) throw refuse(filled.issues)
    const output: JsonObject = {
      decision,
      decidedAt: answering.at,
      decidedBy: answering.actor,
      message: message ?? null,
    }
    if (fields.length > 0) output.form = filled.form
    const pathsOf = (which: Field[]) => which.map(({ name }) => ['form', name])
    const sealed = pathsOf(fields.filter(isSealed))
    // A default is the author's word: only what was given is looked for.
    const files = pathsOf(fields.filter((field) => field.type === 'file' && isGiven(form?.[field.name])))
    return {
      ...{ ok: true, output, outcome: { decision } },
      ...(sealed.length > 0 ? { sealed } : {}),
      ...(files.length > 0 ? { files } : {}),
    }
  },
}

function isGiven(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== ''
}

/** As in mixed text: what is missing is empty. */
function textOf(value: Json): string {
  if (typeof value === 'string') return value
  return value === null ? '' : JSON.stringify(value)
}

function isSealed({ type, sensitive }: Field): boolean {
  return type === 'password' || sensitive === true
}

function optional(field: Field): Field {
  return { ...field, required: false }
}

function readApprovers(value: JsonObject[string] | undefined): string[] | null {
  if (value === undefined || value === null) return null
  const list = Array.isArray(value) ? value : [value]
  const names = list.filter((name): name is string => typeof name === 'string' && name !== '')
  // A list that came out empty must not open the decision to everybody.
  if (names.length === 0)
    throw new StepError('Approval.BadQuestion', 'approvers is empty, nobody could approve')
  return names
}
