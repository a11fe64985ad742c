import type { Call, Endpoint, Reply } from '../infra/local/endpoint.ts'
import { refusal } from '../infra/local/endpoint.ts'
import type { Clock } from '../shared/world.ts'

/** What was asked of CreateStateMachine. */
export interface MadeMachine {
  name: string
  definition: string
  type: 'STANDARD' | 'EXPRESS'
  loggingConfiguration?: unknown
  tracingConfiguration?: unknown
  tags?: { key: string; value: string }[]
}

/** An engine that keeps machines and runs none, for tests of publishing. */
export interface MachineList extends Endpoint {
  readonly made: MadeMachine[]
  /** How often CreateStateMachine was called. */
  readonly calls: { create: number }
  /** Names of machines that a run stands on. */
  readonly busy: Set<string>
}

const prefix = 'arn:aws:states:us-east-1:000000000000:stateMachine:'

export function openMachineList(clock: Clock): MachineList {
  const made: MadeMachine[] = []
  const calls = { create: 0 }
  const busy = new Set<string>()
  const operations: Record<string, (request: MadeMachine & { stateMachineArn: string }) => object | null> = {
    CreateStateMachine(request) {
      calls.create++
      if (!made.some(({ name }) => name === request.name)) made.push(request)
      return { stateMachineArn: prefix + request.name, creationDate: clock.now() / 1000 }
    },
    DeleteStateMachine({ stateMachineArn }) {
      const index = made.findIndex(({ name }) => prefix + name === stateMachineArn)
      if (index >= 0) made.splice(index, 1)
      return {}
    },
    ListExecutions({ stateMachineArn }) {
      const name = stateMachineArn.replace(prefix, '')
      const execution = {
        executionArn: `${prefix}run`,
        stateMachineArn,
        name: 'run',
        status: 'RUNNING',
        startDate: clock.now() / 1000,
      }
      return { executions: busy.has(name) ? [execution] : [] }
    },
    DescribeStateMachine({ stateMachineArn }) {
      const machine = made.find(({ name }) => prefix + name === stateMachineArn)
      return machine
        ? { ...machine, stateMachineArn, status: 'ACTIVE', creationDate: clock.now() / 1000 }
        : null
    },
  }
  return { service: 'SFN', made, calls, busy, handle: async (call) => answer(operations, call) }
}

function answer(
  operations: Record<string, (request: never) => object | null>,
  { target, body }: Call,
): Reply {
  const operation = operations[target.replace('AWSStepFunctions.', '')]
  if (!operation)
    return refusal('UnknownOperationException', `${target} is not served by the list of machines`)
  const found = operation(JSON.parse(body) as never)
  if (found === null) return refusal('StateMachineDoesNotExist', 'There is no such machine')
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(found),
  }
}
