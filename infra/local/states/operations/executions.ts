import { isExecutionArn } from '../arns.ts'
import { Refused } from '../refuse.ts'
import { nextToken, optionalText, pageSize, type Request, readPlace, requiredText } from '../request.ts'
import { endExecution } from '../run/end.ts'
import type { Operation, Service } from '../service.ts'
import type { ExecutionRow } from '../store/execution-rows.ts'
import { findMachine } from './state-machines.ts'

/** @throws {Refused} `InvalidArn`, `ExecutionDoesNotExist`. */
export function findExecution({ executions }: Pick<Service, 'executions'>, request: Request): ExecutionRow {
  const arn = requiredText(request, 'executionArn')
  if (!isExecutionArn(arn))
    throw new Refused('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${arn}'`)
  const execution = executions.byArn(arn)
  if (execution) return execution
  throw new Refused('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`)
}

/** What an execution is, and has come to. */
export const describeExecution: Operation = (service, request) => {
  const row = findExecution(service, request)
  return {
    ...summary(row),
    input: row.input,
    inputDetails: { included: true },
    ...(row.output === null ? {} : { output: row.output, outputDetails: { included: true } }),
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.cause === null ? {} : { cause: row.cause }),
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
  }
}

function summary({ arn, machine, name, status, started, stopped }: ExecutionRow): object {
  return {
    executionArn: arn,
    stateMachineArn: machine,
    name,
    status,
    startDate: started / 1000,
    ...(stopped === null ? {} : { stopDate: stopped / 1000 }),
  }
}

const statuses = new Set(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'])

/** The newest first. */
export const listExecutions: Operation = (service, request) => {
  const { arn, type } = findMachine(service, request)
  if (type === 'EXPRESS')
    throw new Refused(
      'StateMachineTypeNotSupported',
      'This operation is not supported by EXPRESS state machines',
    )
  const status = optionalText(request, 'statusFilter') ?? null
  if (status !== null && !statuses.has(status))
    throw new Refused('ValidationException', `Value '${status}' at 'statusFilter' is not a status`)
  const size = pageSize(request)
  const below = readPlace(request, 'execution', Number.MAX_SAFE_INTEGER)
  const rows = service.executions.list(arn, status, below, size + 1)
  const page = rows.slice(0, size)
  return {
    executions: page.map((row) => ({ ...summary(row), redriveCount: 0 })),
    ...(rows.length > size ? { nextToken: nextToken('execution', (page.at(-1) as ExecutionRow).id) } : {}),
  }
}

/** Ends an execution at once; one that has ended stays as it is. */
export const stopExecution: Operation = (service, request) => {
  const row = findExecution(service, request)
  const error = optionalText(request, 'error') ?? null
  const cause = optionalText(request, 'cause') ?? null
  const execution = service.keeper.execution(row.id)
  if (!execution) return { stopDate: (row.stopped ?? row.started) / 1000 }
  endExecution(service.machinery, execution, { status: 'ABORTED', error, cause })
  return { stopDate: (execution.end?.at ?? row.started) / 1000 }
}
