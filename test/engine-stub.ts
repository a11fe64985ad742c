import { type Call, type Endpoint, type Reply, refusal } from '../infra/local/endpoint.ts'
import type { Clock, Json } from '../shared/world.ts'
import { openMachineList } from './machine-list.ts'

/** What the engine was told about a task. */
export interface ToldTask {
  token: string
  output?: Json
  error?: string
  cause?: string
}

/** How an execution of the stub stands. */
export interface StubExecution {
  name: string
  stateMachineArn: string
  input: Json
  status: string
  output?: string
  error?: string
  cause?: string
}

/**
 * An engine that runs nothing: a test says what executions come to and when tasks are given up, and sees what it was told.
 * Like the real one it takes one answer per task.
 */
export interface EngineStub extends Endpoint {
  readonly executions: Map<string, StubExecution>
  /** Answers that were taken, in order. */
  readonly told: ToldTask[]
  readonly stopped: string[]
  /** `open`: the task stands; `done`: answered; `timed_out`: given up. A token that is not here is unknown. */
  readonly tasks: Map<string, 'open' | 'done' | 'timed_out'>
  /** What a synchronous execution does; its result is the reply. */
  runSync: (execution: StubExecution) => Promise<Partial<StubExecution>>
  /** Called when an execution has begun. */
  begun: (execution: StubExecution) => void
  /** Called before each call; may throw a refusal's name. */
  before: (operation: string) => string | undefined
}

const type = { 'content-type': 'application/x-amz-json-1.0' }

export function openEngineStub(clock: Clock): EngineStub {
  const machines = openMachineList(clock)
  const stub: EngineStub = {
    service: 'SFN',
    executions: new Map(),
    told: [],
    stopped: [],
    tasks: new Map(),
    runSync: async () => ({ status: 'SUCCEEDED', output: 'null' }),
    begun: () => {},
    before: () => undefined,
    handle: (call) => handle(stub, call, clock, machines),
  }
  return stub
}

async function handle(stub: EngineStub, call: Call, clock: Clock, machines: Endpoint): Promise<Reply> {
  const operation = call.target.replace('AWSStepFunctions.', '')
  const refused = stub.before(operation)
  if (refused !== undefined)
    return refusal(refused, 'The stub refuses', refused.startsWith('Internal') ? 500 : 400)
  const request = JSON.parse(call.body) as Record<string, string>
  const handler = operations[operation]
  return handler ? await handler(stub, request, clock) : await machines.handle(call)
}

const ok = (body: object): Reply => ({ status: 200, headers: type, body: JSON.stringify(body) })

type Operation = (stub: EngineStub, request: Record<string, string>, clock: Clock) => Promise<Reply>

function begin(stub: EngineStub, { name = '', stateMachineArn = '', input = '{}' }: Record<string, string>) {
  const execution = { name, stateMachineArn, input: JSON.parse(input), status: 'RUNNING' }
  stub.executions.set(name, execution)
  stub.begun(execution)
  return execution
}

const operations: Record<string, Operation> = {
  async StartExecution(stub, request, clock) {
    const known = stub.executions.get(request.name ?? '')
    if (known && known.status !== 'RUNNING') return refusal('ExecutionAlreadyExists', 'It exists')
    if (!known) begin(stub, request)
    return ok({ executionArn: `arn:execution:${request.name}`, startDate: clock.now() / 1000 })
  },
  async StartSyncExecution(stub, request, clock) {
    const execution = begin(stub, request)
    const end = await stub.runSync(execution)
    Object.assign(execution, end)
    const times = { startDate: clock.now() / 1000, stopDate: clock.now() / 1000 }
    return ok({ executionArn: `arn:express:${request.name}`, ...times, status: 'SUCCEEDED', ...end })
  },
  async StopExecution(stub, { executionArn = '' }, clock) {
    const name = executionArn.slice(executionArn.lastIndexOf(':') + 1)
    const execution = stub.executions.get(name)
    if (!execution) return refusal('ExecutionDoesNotExist', 'No such execution')
    if (execution.status === 'RUNNING') execution.status = 'ABORTED'
    stub.stopped.push(name)
    return ok({ stopDate: clock.now() / 1000 })
  },
  async DescribeExecution(stub, { executionArn = '' }, clock) {
    const execution = stub.executions.get(executionArn.slice(executionArn.lastIndexOf(':') + 1))
    if (!execution) return refusal('ExecutionDoesNotExist', 'No such execution')
    const { input: _, ...rest } = execution
    return ok({ ...rest, executionArn, startDate: clock.now() / 1000 })
  },
  async SendTaskSuccess(stub, { taskToken = '', output = 'null' }) {
    return take(stub, taskToken, { token: taskToken, output: JSON.parse(output) })
  },
  async SendTaskFailure(stub, { taskToken = '', error = '', cause = '' }) {
    return take(stub, taskToken, { token: taskToken, error, cause })
  },
}

function take(stub: EngineStub, token: string, told: ToldTask): Reply {
  const task = stub.tasks.get(token)
  if (task === undefined) return refusal('TaskDoesNotExist', 'No such task')
  if (task !== 'open') return refusal('TaskTimedOut', 'The task has ended')
  stub.tasks.set(token, 'done')
  stub.told.push(told)
  return ok({})
}
