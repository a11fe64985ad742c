import { randomUUID } from 'node:crypto'
import { executionArn, expressArn } from '../arns.ts'
import type { Program } from '../program/program.ts'
import { Refused } from '../refuse.ts'
import { checkName, optionalText, type Request } from '../request.ts'
import { begin, newExecution } from '../run/begin.ts'
import type { Execution } from '../run/execution.ts'
import { MemoryKeeper } from '../run/memory-keeper.ts'
import { payloadLimit } from '../run/size.ts'
import type { Operation, Service } from '../service.ts'
import type { MachineRow } from '../store/machine-rows.ts'
import { findMachine } from './state-machines.ts'

/** Starts an execution. The same name and input while it runs give the same answer; EXPRESS ones are started anew. */
export const startExecution: Operation = (service, request) => {
  const machine = findMachine(service, request)
  const { name, input } = readStart(request)
  const program = programOf(service, machine)
  if (machine.type === 'EXPRESS') {
    const { execution } = startExpress(service, program, name, input)
    return { executionArn: execution.arn, startDate: execution.startedAt / 1000 }
  }
  const arn = executionArn(machine.name, name)
  const found = service.executions.byArn(arn)
  if (found) {
    if (found.status !== 'RUNNING' || found.input !== input)
      throw new Refused('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`)
    return { executionArn: arn, startDate: found.started / 1000 }
  }
  const { machinery, keeper, executions } = service
  const id = executions.nextId()
  const execution = newExecution(machinery, {
    id,
    arn,
    name,
    machineArn: machine.arn,
    program,
    keeper,
    input,
  })
  keeper.add(execution)
  begin(machinery, execution, 'STANDARD')
  return { executionArn: arn, startDate: execution.startedAt / 1000 }
}

/** Name and input of a new execution. @throws {Refused} `InvalidName`, `InvalidExecutionInput`. */
export function readStart(request: Request): { name: string; input: string } {
  const name = checkName(optionalText(request, 'name') ?? randomUUID())
  const input = optionalText(request, 'input') ?? '{}'
  if (Buffer.byteLength(input) > payloadLimit)
    throw new Refused('InvalidExecutionInput', `The input is over ${payloadLimit} bytes`)
  try {
    JSON.parse(input)
  } catch (error) {
    throw new Refused(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${(error as Error).message}'`,
    )
  }
  return { name, input }
}

/** @throws {Refused} `StateMachineDeleting`. */
export function programOf({ programs }: Service, { arn, status }: MachineRow): Program {
  if (status === 'DELETING')
    throw new Refused('StateMachineDeleting', `State Machine is being deleted: '${arn}'`)
  return programs.get(arn) as Program
}

/** Starts an execution that is kept nowhere. */
export function startExpress(
  { machinery }: Service,
  program: Program,
  name: string,
  input: string,
): { execution: Execution; ended: Promise<Execution> } {
  const keeper = new MemoryKeeper(machinery)
  const arn = expressArn(program.name, name)
  const beginning = { id: 0, arn, name, machineArn: program.arn, program, keeper, input }
  const execution = newExecution(machinery, beginning)
  begin(machinery, execution, 'EXPRESS')
  return { execution, ended: keeper.whenEnded }
}
