import { errorMessage, messagesOf, type StepMessage } from '../../core/journeys/messages.ts'
import type { WaitView } from '../../core/run-view.ts'
import { pointerOf } from '../../pointer.ts'
import { readJson } from '../../steps/json-text.ts'
import { actionOf, readAnswerOf } from '../../steps/view/answer.ts'
import { actionsOf } from '../../steps/view/read.ts'
import type { Json, JsonObject } from '../../world.ts'
import { filledForm } from './approval-form.ts'
import type { JourneyRequest } from './request.ts'

/** What a request answers a step with: an answer as the core takes it, or why it is none. */
export type ReadAnswer =
  | { answer: JsonObject }
  | { messages: StepMessage[] }
  /** The step has no such action. */
  | { actions: string[] }

type Given = Pick<JourneyRequest, 'actionId'> & { inputs: JsonObject }

/** Translates action and values into the answer of the step's kind (faces/journeys.md §4, §6). */
export async function readAnswer(wait: WaitView, given: Given): Promise<ReadAnswer> {
  const read = byKind[wait.question.kind]
  if (read === undefined) throw new Error(`Nothing answers a wait of kind ${wait.question.kind} here`)
  return await read(wait, given)
}

type Reader = (wait: WaitView, given: Given) => ReadAnswer | Promise<ReadAnswer>

const byKind: Record<string, Reader> = {
  view: readView,
  approval: readApproval,
  'client-tool': readTool,
  prompt: readParams,
  redirect: readParams,
  webauthn: readCredential,
}

async function readView({ question }: WaitView, { actionId, inputs }: Given): Promise<ReadAnswer> {
  const { components = [] } = question
  const action = actionOf(components, actionId)
  if (action === null) return { actions: actionsOf(components).map((one) => one.actionId) }
  const { problems } = await readAnswerOf(components, action, inputs)
  if (problems.length > 0)
    return {
      messages: problems.map(({ message, i18nKey, identifier, context }) => ({
        ...{ type: 'ERROR' as const, message, i18nKey, identifier, context },
      })),
    }
  return { answer: { actionId: action.actionId, params: inputs } }
}

function readApproval({ question }: WaitView, { actionId, inputs }: Given): ReadAnswer {
  const actions = ['approve', 'reject']
  if (actionId === null || !actions.includes(actionId)) return { actions }
  const filled = filledForm(question.form, inputs)
  return { answer: { decision: actionId, ...(Object.keys(filled).length > 0 ? { form: filled } : {}) } }
}

function readParams(wait: WaitView, { actionId, inputs }: Given): ReadAnswer {
  return meansStep(wait, actionId) ?? { answer: { params: inputs } }
}

/** A credential comes as `tokenResponse`, or as hosted pages send it. */
function readCredential(wait: WaitView, { actionId, inputs }: Given): ReadAnswer {
  const { credential, ...others } = inputs
  const params = credential === undefined ? inputs : { tokenResponse: credential, ...others }
  return meansStep(wait, actionId) ?? { answer: { params } }
}

function readTool(wait: WaitView, { actionId, inputs }: Given): ReadAnswer {
  const other = meansStep(wait, actionId)
  if (other !== null) return other
  const unexpected = Object.keys(inputs).filter((name) => name !== 'toolResult')
  if (unexpected.length > 0)
    return {
      messages: messagesOf(
        unexpected.map((name) => ({
          ...{ path: pointerOf(['params', name]), code: 'input_unexpected' },
          message: 'This step asks for no such value',
        })),
      ),
    }
  const toolResult = objectIn(inputs.toolResult)
  if (toolResult === null) return { messages: [badTool('Give {success, output, error?}')] }
  return { answer: { toolResult } }
}

/** Why a passkey was not taken. */
export function badPasskey(reason: string): StepMessage {
  return {
    ...errorMessage('The passkey was not accepted: try again', 'webauthn_failed', { reason }),
    identifier: 'tokenResponse',
  }
}

/** What is wrong with a tool's result. */
export function badTool(reason: string): StepMessage {
  return {
    ...errorMessage('The result of the tool cannot be taken', 'tool_result_invalid', { reason }),
    identifier: 'toolResult',
  }
}

/** A step of one action takes its name, its own id, or none (null: it is meant). */
function meansStep({ question, stepId }: WaitView, actionId: string | null): ReadAnswer | null {
  if (actionId === null || actionId === question.actionId || actionId === stepId) return null
  return { actions: [typeof question.actionId === 'string' ? question.actionId : stepId] }
}

function objectIn(value: Json | undefined): JsonObject | null {
  const read = typeof value === 'string' ? readJson(value) : value
  return typeof read === 'object' && read !== null && !Array.isArray(read) ? read : null
}
