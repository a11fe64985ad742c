import type { Json } from '../../../../shared/world.ts'
import { point } from '../../fault-points.ts'
import { Refused } from '../refuse.ts'
import { optionalText, type Request, requiredText } from '../request.ts'
import type { Frame, Outcome } from '../run/execution.ts'
import { payloadLimit } from '../run/size.ts'
import { endTask } from '../run/task.ts'
import type { Operation, Service } from '../service.ts'
import type { OpenToken } from '../store/token-rows.ts'

/** Ends the task that waits for a token with a result. */
export const sendTaskSuccess: Operation = (service, request) => {
  const open = findToken(service, request)
  return answer(service, open, { result: readOutput(requiredText(request, 'output')) })
}

/** Ends the task that waits for a token with an error. */
export const sendTaskFailure: Operation = (service, request) => {
  const open = findToken(service, request)
  const error = optionalText(request, 'error') ?? ''
  const cause = optionalText(request, 'cause') ?? ''
  if (error.length > 256 || cause.length > 32_768)
    throw new Refused('ValidationException', 'error has at most 256 characters, cause at most 32768')
  return answer(service, open, { error, cause })
}

/** A sign of life: the heartbeat starts anew. */
export const sendTaskHeartbeat: Operation = (service, request) => {
  const { execution, frame, heartbeat } = findToken(service, request)
  if (heartbeat === null) return {}
  const due = service.machinery.clock.now() + heartbeat * 1000
  service.timers.set(execution, frame, 'heartbeat', due)
  return {}
}

/** @throws {Refused} `InvalidToken`, `TaskDoesNotExist`, `TaskTimedOut`. */
function findToken({ tokens, executions }: Service, request: Request): OpenToken {
  const token = requiredText(request, 'taskToken')
  const execution = tokens.executionOf(token)
  if (execution === null) throw new Refused('InvalidToken', `Invalid Token: '${token.slice(0, 40)}'`)
  const open = tokens.find(token)
  if (open) return open
  if (!executions.byId(execution)) throw new Refused('TaskDoesNotExist', 'Task does not exist')
  throw new Refused('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'")
}

function readOutput(output: string): Json {
  if (Buffer.byteLength(output) > payloadLimit)
    throw new Refused('InvalidOutput', `The output is over ${payloadLimit} bytes`)
  try {
    return JSON.parse(output) as Json
  } catch (error) {
    throw new Refused('InvalidOutput', `Invalid Output: '${(error as Error).message}'`)
  }
}

function answer({ keeper, machinery }: Service, open: OpenToken, outcome: Outcome): object {
  const frame: Frame | null = keeper.frame(open.execution, open.frame)
  if (!frame?.alive)
    throw new Refused('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'")
  endTask(machinery, frame, outcome)
  point('states.token.answered')
  machinery.drive(frame)
  return {}
}
