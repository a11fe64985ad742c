import { isDeepStrictEqual } from 'node:util'
import { machineArn } from '../arns.ts'
import { checkMachine, definitionLimit } from '../definition/check-machine.ts'
import { Refused } from '../refuse.ts'
import { checkName, optionalText, type Request, requiredText } from '../request.ts'
import type { Operation } from '../service.ts'
import type { MachineDetails, MachineRow } from '../store/machine-rows.ts'

/** Makes a machine; the same request again finds it made. Another role or other tags do not count as a difference. */
export const createStateMachine: Operation = ({ machines, machinery }, request) => {
  const name = checkName(requiredText(request, 'name'))
  const definition = requiredText(request, 'definition')
  const wanted: MachineRow = {
    arn: machineArn(name),
    name,
    type: readType(request),
    status: 'ACTIVE',
    created: machinery.clock.now(),
    details: readDetails(request),
  }
  const found = machines.byArn(wanted.arn)
  if (found) return created(sameMachine(found, wanted, machines.definitionOf(found.arn) === definition))
  checkDefinition(definition, wanted.type)
  machines.insert(wanted, definition)
  return created(wanted)
}

function created({ arn, created }: MachineRow): object {
  return { stateMachineArn: arn, creationDate: created / 1000 }
}

/** The type that a request names; STANDARD if none. */
export function readType(request: Request): 'STANDARD' | 'EXPRESS' {
  const type = optionalText(request, 'type') ?? 'STANDARD'
  if (type === 'STANDARD' || type === 'EXPRESS') return type
  throw new Refused('ValidationException', `Value '${type}' at 'type' is neither STANDARD nor EXPRESS`)
}

function readDetails(request: Request): MachineDetails {
  for (const member of ['publish', 'versionDescription'])
    if (request[member] !== undefined && request[member] !== false)
      throw new Refused('ValidationException', `${member} is not served here`)
  const part = (member: string) => (request[member] ?? null) as object | null
  return {
    roleArn: requiredText(request, 'roleArn'),
    loggingConfiguration: part('loggingConfiguration'),
    tracingConfiguration: part('tracingConfiguration'),
    encryptionConfiguration: part('encryptionConfiguration'),
    tags: (request.tags ?? []) as MachineDetails['tags'],
  }
}

function sameMachine(found: MachineRow, wanted: MachineRow, sameText: boolean): MachineRow {
  if (found.status === 'DELETING')
    throw new Refused('StateMachineDeleting', `State Machine is being deleted: '${found.arn}'`)
  if (sameText && isDeepStrictEqual(identity(found), identity(wanted))) return found
  throw new Refused('StateMachineAlreadyExists', `State Machine Already Exists: '${found.arn}'`)
}

function identity({ type, details }: MachineRow): unknown[] {
  const { loggingConfiguration, tracingConfiguration, encryptionConfiguration } = details
  return [type, loggingConfiguration, tracingConfiguration, encryptionConfiguration]
}

function checkDefinition(definition: string, type: 'STANDARD' | 'EXPRESS'): void {
  if (definition.length > definitionLimit)
    throw new Refused('InvalidDefinition', `The definition is over ${definitionLimit} characters`)
  const problems = checkMachine(definition, type)
  if (problems.length === 0) return
  const list = problems
    .slice(0, 20)
    .map(({ code, message, location }) => `${code}: ${message} at ${location}`)
  throw new Refused('InvalidDefinition', `Invalid State Machine Definition: '${list.join(', ')}'`)
}
