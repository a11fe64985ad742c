import { answerStep, meantStep, takesAnswers } from '../../core/journeys/answer-step.ts'
import { firstAnswer } from '../../core/journeys/first-answer.ts'
import { openJourney } from '../../core/journeys/journey.ts'
import { lookOn } from '../../core/journeys/look-on.ts'
import { messagesOf, type StepMessage } from '../../core/journeys/messages.ts'
import { organisationOf } from '../../core/journeys/organisation.ts'
import { badInputs, noJourney } from '../../core/journeys/refusals.ts'
import { startJourney } from '../../core/journeys/start-journey.ts'
import { firstWait } from '../../core/journeys/step.ts'
import { noteWait, tellStep } from '../../core/journeys/tell.ts'
import type { RunView, WaitView } from '../../core/run-view.ts'
import { isFault } from '../../faults.ts'
import { keyOf, onlyOnce } from '../../http/idempotency.ts'
import type { RawBody } from '../../http/raw-body.ts'
import type { Call, Reply } from '../../http/route.ts'
import type { JsonObject, World } from '../../world.ts'
import { badPasskey, badTool, readAnswer } from './answer.ts'
import { progressAction } from './made-views.ts'
import { staleAction, unknownAction } from './refused-action.ts'
import { type JourneyRequest, readRequest } from './request.ts'
import { type Held, stepObject } from './step-object.ts'

/** A repeated request is given the time of the function that does its work. */
const leaseMs = 29_000

/** A request of the face, before it is read. */
export type Asked = Call<{ org?: string }, unknown, RawBody>

/** Starts a journey, shows where it stands, or answers its step. @throws {Fault} as faces/journeys.md §8 has them. */
export async function drive(world: World, call: Asked): Promise<Reply> {
  const request = readRequest(call.body)
  const orgId = await organisationOf(world, call.params.org ?? null)
  if (request.flowId === null) return await begin(world, call, request, orgId)
  const { flowId } = request
  const header = call.header('idempotency-key')
  const whose = { orgId, flowId, address: call.address, mayRepeat: header !== undefined }
  const journey = await openJourney(world, whose)
  const held = { journey, flowId }
  const key = keyOf(
    header,
    { who: `journey:${journey.row.flowIdHash}`, method: 'POST', path: call.path },
    { body: request, query: null },
  )
  const work = () => goOn(world, call, held, request)
  return key === undefined ? await work() : await onlyOnce(world, journey.row.orgId, key, leaseMs, work)
}

async function begin(
  world: World,
  { address, waitSeconds, traceparent }: Asked,
  request: JourneyRequest,
  orgId: string | null,
): Promise<Reply> {
  const { flowType, applicationId, actionId } = request
  const inputs = request.inputs ?? {}
  const order = { orgId, flowType, inputs, applicationId, address, waitSeconds, traceparent }
  const { run, taken, ...held } = await startJourney(world, order)
  // An action that is sent along answers the first step.
  const first = actionId === null ? undefined : firstWait(world, held.journey, run)
  return first === undefined
    ? await show(world, held, run)
    : await submit(world, held, first, { ...request, inputs: firstAnswer(first, inputs, taken) }, waitSeconds)
}

async function goOn(world: World, call: Asked, held: Held, request: JourneyRequest): Promise<Reply> {
  if (held.journey.isOver) throw noJourney()
  const { waitSeconds } = call
  const looks = request.actionId === null && request.inputs === null
  const wait = looks ? null : await meantStep(world, held.journey, call.header('sluice-step'))
  if (wait === null) return await show(world, held, await lookOn(world, held.journey, waitSeconds))
  if (wait === 'unknown') throw await staleAction(world, held, await lookOn(world, held.journey, 0))
  return await submit(world, held, wait, request, waitSeconds)
}

async function submit(
  world: World,
  held: Held,
  wait: WaitView,
  { actionId, inputs }: JourneyRequest,
  waitSeconds: number,
): Promise<Reply> {
  const read = await readAnswer(wait, { actionId, inputs: inputs ?? {} })
  if ('actions' in read && looksAgain(actionId, inputs))
    return await show(world, held, await lookOn(world, held.journey, waitSeconds))
  if (takesAnswers(world, wait)) {
    if ('actions' in read) throw await unknownAction(world, held, wait, actionId, read.actions)
    if ('messages' in read) return await again(world, held, wait, read.messages)
  } else if (!('answer' in read)) throw await staleAction(world, held, await lookOn(world, held.journey, 0))
  try {
    const answered = await answerStep(world, held.journey, wait, read.answer, waitSeconds)
    if (!answered.taken) throw await staleAction(world, held, answered.run)
    return { ...(await show(world, held, answered.run)), replayed: answered.replayed }
  } catch (error) {
    if (isFault(error, 'validation_failed'))
      return await again(world, held, wait, messagesFor(wait, error.details.issues ?? []))
    throw error
  }
}

/** Another page of the journey has been shown the next step meanwhile, or the button was pressed twice. */
function looksAgain(actionId: string | null, inputs: JsonObject | null): boolean {
  return actionId === progressAction && Object.keys(inputs ?? {}).length === 0
}

/** The step that is there now, or the end. */
async function show(world: World, held: Held, run: RunView): Promise<Reply> {
  const step = await tellStep(world, held.journey, run)
  const body = await stepObject(world, held, step)
  if (step.at === 'progress') return { body, headers: { 'retry-after': '1' } }
  return { body, ...(step.at === 'wait' ? { headers: aboutStep(step.wait) } : {}) }
}

/** The same step once more, with what is wrong; what a callback brings cannot be asked for again. */
async function again(world: World, held: Held, wait: WaitView, messages: StepMessage[]): Promise<Reply> {
  const { journey } = held
  if (wait.kind === 'redirect') throw badInputs(messages, journey.row.flowType)
  // A failed passkey has used up its challenge: the question holds a new one.
  const read = await meantStep(world, journey, wait.id)
  const now = read === null || read === 'unknown' ? wait : read
  await noteWait(world, journey.row, now.id)
  return {
    body: await stepObject(world, held, { at: 'wait', wait: now }, messages),
    headers: aboutStep(now),
  }
}

function messagesFor({ kind }: WaitView, issues: Parameters<typeof messagesOf>[0]): StepMessage[] {
  const reason = issues.map(({ message }) => message).join('; ')
  if (kind === 'client-tool') return [badTool(reason)]
  if (kind === 'webauthn') return [badPasskey(reason)]
  return messagesOf(issues)
}

function aboutStep({ id, expiresAt }: WaitView): Record<string, string> {
  return { 'sluice-step': id, 'sluice-step-expires': expiresAt }
}
