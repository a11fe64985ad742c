import type { Journey } from '../../core/journeys/journey.ts'
import { type StepMessage, saidMessages } from '../../core/journeys/messages.ts'
import { lastAddress, stateFor } from '../../core/journeys/redirection.ts'
import type { JourneyStep } from '../../core/journeys/step.ts'
import type { WaitView } from '../../core/run-view.ts'
import { requiredParamsOf } from '../../steps/view/read.ts'
import type { Json, JsonObject, World } from '../../world.ts'
import { drawable, drawnMessages, objectOf } from './components.ts'
import { approvalView, progressView } from './made-views.ts'
import type { StepObject } from './step-shape.ts'

/** The journey as its client knows it: only this request has the flowId. */
export interface Held {
  journey: Journey
  flowId: string
}

/** The step as its client draws it, with what is said about the answer that was just refused. */
export async function stepObject(
  world: World,
  held: Held,
  step: JourneyStep,
  messages: StepMessage[] = [],
): Promise<StepObject> {
  const { flowId, journey } = held
  const { flowType } = journey.row
  if (step.at === 'end') {
    const { type, data } = await endOf(world, journey, step.data)
    return { flowId, flowStatus: 'COMPLETE', flowType, type, data }
  }
  const { type, data } = step.at === 'wait' ? await waitOf(world, held, step.wait) : progressOf(step)
  const all = [...messages, ...saidMessages(data.messages)]
  return { flowId, flowType, flowStatus: 'INCOMPLETE', type, data: withMessages(journey, data, all) }
}

interface Shown {
  type: StepObject['type']
  data: JsonObject
}

async function waitOf(world: World, held: Held, wait: WaitView): Promise<Shown> {
  const { question } = wait
  switch (question.kind) {
    case 'approval':
      return { type: 'VIEW', data: approvalData(approvalView(question)) }
    case 'redirect':
      return await redirectionOf(world, held, wait)
    case 'webauthn':
      return webauthnOf(wait)
    case 'prompt':
      return { type: 'INTERNAL_PROMPT', data: promptData(question.requiredParams, actionIn(question)) }
    case 'client-tool':
      return { type: 'INTERNAL_PROMPT', data: promptData(['toolResult'], toolIn(wait)) }
    default:
      return { type: 'VIEW', data: viewData(question) }
  }
}

function viewData({ components, requiredParams = [], messages }: JsonObject): JsonObject {
  const drawn = drawable(components)
  return { components: drawn, requiredParams, ...(messages === undefined ? {} : { messages }) }
}

function approvalData(components: JsonObject[]): JsonObject {
  return { components, requiredParams: requiredParamsOf(components) }
}

async function redirectionOf(world: World, { flowId }: Held, wait: WaitView): Promise<Shown> {
  const { url, requiredParams = [], actionId } = wait.question
  const address = String(url).replaceAll('{flowId}', encodeURIComponent(flowId))
  const state = await stateFor(world, wait)
  const more: JsonObject = {
    ...(state === null ? {} : { state }),
    ...(typeof actionId === 'string' ? { actionId } : {}),
  }
  return {
    type: 'REDIRECTION',
    data: {
      ...{ url: address, redirectURL: address, requiredParams },
      ...(Object.keys(more).length > 0 ? { additionalData: more } : {}),
    },
  }
}

function webauthnOf({ id, question }: WaitView): Shown {
  const { ceremony, options = {} } = question
  const creates = ceremony === 'create'
  const action = creates ? 'WEBAUTHN_CREATE' : 'WEBAUTHN_GET'
  const name = creates ? 'publicKeyCredentialCreation' : 'publicKeyCredentialRequest'
  return {
    type: 'WEBAUTHN',
    data: {
      [name]: options,
      webAuthnData: { action, requestId: id, [`${name}Options`]: options },
      requiredParams: ['tokenResponse'],
    },
  }
}

function promptData(requiredParams: Json | undefined, additionalData: JsonObject): JsonObject {
  return {
    requiredParams: requiredParams ?? [],
    ...(Object.keys(additionalData).length > 0 ? { additionalData } : {}),
  }
}

function actionIn({ actionId }: JsonObject): JsonObject {
  return typeof actionId === 'string' ? { actionId } : {}
}

function toolIn({ id, question }: WaitView): JsonObject {
  const { toolName = '', args = {} } = question
  return { toolName, executionId: id, args: JSON.stringify(args) }
}

function progressOf({ why }: Extract<JourneyStep, { at: 'progress' }>): Shown {
  const { components, messages } = progressView(why)
  return { type: 'VIEW', data: { components, requiredParams: [], messages: messages as unknown as Json } }
}

/** Older clients read the first error alone. */
function withMessages({ row }: Journey, data: JsonObject, messages: StepMessage[]): JsonObject {
  if (messages.length === 0) return data
  const first = messages.find(({ type }) => type === 'ERROR')
  const drawn = row.showMessages ? drawnMessages(messages) : []
  const before = data.additionalData as JsonObject | undefined
  return {
    ...data,
    ...(drawn.length > 0 && Array.isArray(data.components)
      ? { components: [...drawn, ...data.components] }
      : {}),
    messages: messages as unknown as Json,
    ...(first === undefined ? {} : { additionalData: { ...before, error: first.message } }),
  }
}

async function endOf(world: World, { row }: Journey, data: JsonObject): Promise<Shown> {
  const address = await lastAddress(world, row.orgId, data)
  const { userAssertion } = data
  return {
    type: address === null ? 'VIEW' : 'REDIRECTION',
    data: {
      ...data,
      ...(address === null ? {} : { url: address }),
      ...(typeof userAssertion === 'string'
        ? { additionalData: { ...objectOf(data.additionalData), userAssertion } }
        : {}),
    },
  }
}
