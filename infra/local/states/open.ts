import type { Log } from '../../../shared/world.ts'
import { type Call, type Endpoint, type Reply, refusal } from '../endpoint.ts'
import { openService } from './open-service.ts'
import { createStateMachine } from './operations/create-state-machine.ts'
import { describeExecution, listExecutions, stopExecution } from './operations/executions.ts'
import { getExecutionHistory } from './operations/get-execution-history.ts'
import { startExecution } from './operations/start-execution.ts'
import { startSyncExecution } from './operations/start-sync-execution.ts'
import {
  deleteStateMachine,
  describeStateMachine,
  listStateMachines,
  listTagsForResource,
} from './operations/state-machines.ts'
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from './operations/tasks.ts'
import { validateStateMachineDefinition } from './operations/validate-state-machine-definition.ts'
import type { StatesOptions } from './options.ts'
import { Refused } from './refuse.ts'
import { readRequest } from './request.ts'
import type { Operation, Service } from './service.ts'

/** The Step Functions endpoint of the local account (aws.md 6.3). */
export interface States extends Endpoint {
  /** Stops taking calls and timers, finishes what is being written and lets go of the database. */
  close(): Promise<void>
}

/** The operations that are served; all others are refused by name (aws.md 6.1). */
const operations: Record<string, Operation> = {
  CreateStateMachine: createStateMachine,
  DeleteStateMachine: deleteStateMachine,
  DescribeExecution: describeExecution,
  DescribeStateMachine: describeStateMachine,
  GetExecutionHistory: getExecutionHistory,
  ListExecutions: listExecutions,
  ListStateMachines: listStateMachines,
  ListTagsForResource: listTagsForResource,
  SendTaskFailure: sendTaskFailure,
  SendTaskHeartbeat: sendTaskHeartbeat,
  SendTaskSuccess: sendTaskSuccess,
  StartExecution: startExecution,
  StartSyncExecution: startSyncExecution,
  StopExecution: stopExecution,
  ValidateStateMachineDefinition: validateStateMachineDefinition,
}

const prefix = 'AWSStepFunctions.'
const headers = { 'content-type': 'application/x-amz-json-1.0' }
/** Most bytes of a request. */
const requestLimit = 1_048_576 + 65_536

/**
 * Opens the engine. Executions that were under way go on: work in flight runs again, tokens that may not have reached
 * their function are handed over once more, timers that came due fire.
 *
 * @throws {CannotStart} if another process has the folder open, or its data cannot be read.
 */
export async function openStates(options: StatesOptions): Promise<States> {
  const { log } = options
  const { service, close } = openService(options)
  let closed = false
  return {
    service: 'SFN',
    handle: (call) =>
      closed
        ? Promise.resolve(refusal('ServiceUnavailableException', 'The local account is closing', 503))
        : handle(service, log, call),
    async close() {
      closed = true
      await close()
    },
  }
}

async function handle(service: Service, log: Log, { target, body }: Call): Promise<Reply> {
  try {
    const name = target.startsWith(prefix) ? target.slice(prefix.length) : ''
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
    if (!operation) {
      log.warn(`Step Functions operation ${target} is not served here`)
      throw new Refused('UnknownOperationException', `The operation ${name} is not served here`)
    }
    if (body.length > requestLimit) throw new Refused('ValidationException', 'The request is over 1 MB')
    const answer = await operation(service, readRequest(body))
    // Nobody hears of anything that is not on disk.
    await service.commit.settled()
    return { status: 200, headers, body: JSON.stringify(answer) }
  } catch (error) {
    if (error instanceof Refused) return error.reply()
    log.error('The Step Functions endpoint failed', {
      target,
      error: String(error),
      stack: (error as Error).stack,
    })
    return refusal('InternalServerError', 'Internal error', 500)
  }
}
