import { isMachineArn } from '../arns.ts'
import { Refused } from '../refuse.ts'
import { nextToken, pageSize, type Request, readNextToken, requiredText } from '../request.ts'
import type { Operation, Service } from '../service.ts'
import type { MachineRow } from '../store/machine-rows.ts'

/** @throws {Refused} `InvalidArn`, `StateMachineDoesNotExist`. */
export function findMachine({ machines }: Pick<Service, 'machines'>, request: Request): MachineRow {
  const arn = readMachineArn(request, 'stateMachineArn')
  const machine = machines.byArn(arn)
  if (machine) return machine
  throw new Refused('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`)
}

function readMachineArn(request: Request, member: string): string {
  const arn = requiredText(request, member)
  if (isMachineArn(arn)) return arn
  throw new Refused('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${arn}'`)
}

/** A machine with its definition, and without it for `METADATA_ONLY`. */
export const describeStateMachine: Operation = (service, request) => {
  const { arn, name, type, status, created, details } = findMachine(service, request)
  const { roleArn, loggingConfiguration, tracingConfiguration, encryptionConfiguration } = details
  return {
    stateMachineArn: arn,
    name,
    type,
    status,
    creationDate: created / 1000,
    ...(request.includedData === 'METADATA_ONLY' ? {} : { definition: service.machines.definitionOf(arn) }),
    roleArn,
    loggingConfiguration: loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: tracingConfiguration ?? { enabled: false },
    encryptionConfiguration: encryptionConfiguration ?? { type: 'AWS_OWNED_KEY' },
  }
}

/** All machines in pages, in the order of their names. */
export const listStateMachines: Operation = ({ machines }, request) => {
  const size = pageSize(request)
  const rows = machines.list(readNextToken(request, 'machine') ?? '', size + 1)
  const page = rows.slice(0, size)
  return {
    stateMachines: page.map(({ arn, name, type, created }) => ({
      stateMachineArn: arn,
      name,
      type,
      creationDate: created / 1000,
    })),
    ...(rows.length > size ? { nextToken: nextToken('machine', (page.at(-1) as MachineRow).arn) } : {}),
  }
}

/** Its executions end at their next transition; the machine is gone when the last has ended. */
export const deleteStateMachine: Operation = ({ machines, executions }, request) => {
  const arn = readMachineArn(request, 'stateMachineArn')
  if (!machines.byArn(arn)) return {}
  if (executions.hasRunning(arn)) machines.markDeleting(arn)
  else machines.delete(arn)
  return {}
}

/** The tags that a machine was made with. */
export const listTagsForResource: Operation = ({ machines }, request) => {
  const arn = readMachineArn(request, 'resourceArn')
  const machine = machines.byArn(arn)
  if (!machine) throw new Refused('ResourceNotFound', `Resource not found: '${arn}'`)
  return { tags: machine.details.tags }
}
