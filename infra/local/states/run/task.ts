import type { Json } from '../../../../shared/world.ts'
import { point } from '../../fault-points.ts'
import type { TaskProgram } from '../program/program.ts'
import type { Template } from '../program/template.ts'
import { evaluate } from './evaluate.ts'
import type { Frame, Outcome } from './execution.ts'
import { type Call, outcomeOf, readCall } from './lambda.ts'
import type { Invoked, Machinery } from './machinery.ts'
import { isCurrent, settle, textForHistory } from './move.ts'
import { note, record } from './record.ts'
import { jsonBytes, payloadLimit } from './size.ts'
import { dataLimitExceeded, evaluationFailed } from './state-error.ts'

const usualTimeoutSeconds = 99_999_999

/** Seconds as the state sets them. */
interface Limits {
  timeout: number
  heartbeat: number | null
}

/** Calls the function; the result is what it returns, or what comes by token. */
export async function runTask(machinery: Machinery, frame: Frame, state: TaskProgram): Promise<boolean> {
  const { keeper } = frame.execution
  const attempt = {}
  frame.attempt = attempt
  // After a restart the token is the one that may be out already.
  const again = frame.phase === 'token' || frame.phase === 'running'
  if (state.byToken && frame.token === null) frame.token = keeper.makeToken(frame)
  const call = readCall(await evaluate(machinery, frame, state.arguments))
  const limits = await readLimits(machinery, frame, state)
  if (!isCurrent(frame, attempt)) return false
  if (!again) schedule(machinery, frame, state, call, limits)
  await keeper.commit()
  if (!isCurrent(frame, attempt)) return false
  return state.byToken
    ? await tellToken(machinery, frame, call, limits, attempt)
    : await work(machinery, frame, call, limits, attempt)
}

async function readLimits(machinery: Machinery, frame: Frame, state: TaskProgram): Promise<Limits> {
  const read = async (template: Template | null, field: string): Promise<number | null> =>
    template && readSeconds(await evaluate(machinery, frame, template), field)
  return {
    timeout: (await read(state.timeout, 'TimeoutSeconds')) ?? usualTimeoutSeconds,
    heartbeat: await read(state.heartbeat, 'HeartbeatSeconds'),
  }
}

function readSeconds(value: Json, field: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= usualTimeoutSeconds)
    return value
  throw evaluationFailed(
    `The field '${field}' must be a whole number from 1 to ${usualTimeoutSeconds}`,
    field,
  )
}

/** Everything that a restart needs is kept before the function hears of it. */
function schedule(
  { clock }: Machinery,
  frame: Frame,
  state: TaskProgram,
  call: Call,
  { timeout, heartbeat }: Limits,
): void {
  const { execution } = frame
  const about = resourceOf(state.byToken)
  record(frame, clock.now(), 'TaskScheduled', {
    taskScheduledEventDetails: {
      ...about,
      region: execution.arn.split(':')[3],
      parameters: textForHistory(execution, call.written),
      ...(state.timeout ? { timeoutInSeconds: timeout } : {}),
      ...(heartbeat === null ? {} : { heartbeatInSeconds: heartbeat }),
    },
  })
  record(frame, clock.now(), 'TaskStarted', { taskStartedEventDetails: about })
  frame.phase = state.byToken ? 'token' : 'running'
  execution.keeper.touch(frame)
  if (!state.byToken) return
  execution.keeper.openToken(frame)
  execution.keeper.setTimer(frame, 'timeout', clock.now() + timeout * 1000)
}

/** As events name the resource. */
export function resourceOf(byToken: boolean): { resourceType: string; resource: string } {
  return { resourceType: 'lambda', resource: byToken ? 'invoke.waitForTaskToken' : 'invoke' }
}

async function work(
  machinery: Machinery,
  frame: Frame,
  call: Call,
  { timeout }: Limits,
  attempt: object,
): Promise<boolean> {
  const invoked = await within(machinery, timeout * 1000, invoke(machinery, call))
  point('states.task.returned')
  if (!isCurrent(frame, attempt)) return false
  if (invoked === 'late') endTask(machinery, frame, { error: 'States.Timeout', cause: '' })
  else endTask(machinery, frame, outcomeOf(invoked))
  return true
}

function invoke({ invoke, log }: Machinery, { functionName, payload }: Call): Promise<Invoked> {
  const invoked = invoke(functionName, payload).catch((error: Error) => {
    log.error('A function could not be invoked', { function: functionName, error: String(error) })
    return { errorType: 'Lambda.SdkClientException', errorMessage: String(error) }
  })
  point('states.task.called')
  return invoked
}

async function within<T>({ clock }: Machinery, milliseconds: number, work: Promise<T>): Promise<T | 'late'> {
  let cancel = () => {}
  const late = new Promise<'late'>((resolve) => {
    cancel = clock.after(milliseconds, () => resolve('late'))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    cancel()
  }
}

/** Hands the token to the function. What comes back only says whether it took it. */
async function tellToken(
  machinery: Machinery,
  frame: Frame,
  call: Call,
  { heartbeat }: Limits,
  attempt: object,
): Promise<boolean> {
  const { keeper } = frame.execution
  point('states.token.stored')
  const outcome = outcomeOf(await invoke(machinery, call))
  if (!isCurrent(frame, attempt)) return false
  if ('error' in outcome) {
    endTask(machinery, frame, outcome)
    return true
  }
  const now = machinery.clock.now()
  note(frame, now, 'TaskSubmitted', {
    taskSubmittedEventDetails: {
      ...resourceOf(true),
      output: textForHistory(frame.execution, outcome.result),
      outputDetails: { truncated: false },
    },
  })
  keeper.markNotified(frame, heartbeat)
  keeper.touch(frame)
  if (heartbeat !== null) keeper.setTimer(frame, 'heartbeat', now + heartbeat * 1000)
  await keeper.commit()
  point('states.token.notified')
  return false
}

/** The task is over: by its function, by its token, or by time. */
export function endTask({ clock }: Pick<Machinery, 'clock'>, frame: Frame, outcome: Outcome): void {
  const { keeper } = frame.execution
  const byToken = frame.token !== null
  if (byToken) {
    keeper.closeToken(frame)
    keeper.clearTimers(frame)
  }
  const fitted = withinLimit(outcome)
  tellEnd(frame, clock.now(), resourceOf(byToken), fitted)
  settle(frame, fitted)
}

function withinLimit(outcome: Outcome): Outcome {
  if ('error' in outcome || jsonBytes(outcome.result) <= payloadLimit) return outcome
  const { error, cause } = dataLimitExceeded("The state/task 'lambda' returned a result that")
  return { error, cause }
}

function tellEnd(frame: Frame, now: number, about: object, outcome: Outcome): void {
  if ('result' in outcome) {
    const output = textForHistory(frame.execution, outcome.result)
    const details = { ...about, output, outputDetails: { truncated: false } }
    note(frame, now, 'TaskSucceeded', { taskSucceededEventDetails: details })
    return
  }
  const { error, cause } = outcome
  const details = { ...about, error, ...(cause === '' ? {} : { cause }) }
  if (error === 'States.Timeout' || error === 'States.HeartbeatTimeout')
    note(frame, now, 'TaskTimedOut', { taskTimedOutEventDetails: details })
  else note(frame, now, 'TaskFailed', { taskFailedEventDetails: details })
}
