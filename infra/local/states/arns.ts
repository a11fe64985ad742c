import { randomUUID } from 'node:crypto'

/** The account that this machine is. */
export const account = '000000000000'

/** The Region that ARNs and events name. */
export function region(): string {
  return process.env.AWS_REGION ?? 'us-east-1'
}

function prefix(): string {
  return `arn:aws:states:${region()}:${account}:`
}

/** ARN of a machine. */
export function machineArn(name: string): string {
  return `${prefix()}stateMachine:${name}`
}

/** ARN of a STANDARD execution. */
export function executionArn(machine: string, name: string): string {
  return `${prefix()}execution:${machine}:${name}`
}

/** EXPRESS executions of one name are several: each gets an id of its own. */
export function expressArn(machine: string, name: string): string {
  return `${prefix()}express:${machine}:${name}:${randomUUID()}`
}

const names = '[^:\\s]{1,80}'
const machinePattern = new RegExp(`^arn:aws[\\w-]*:states:[\\w-]+:\\d{12}:stateMachine:${names}$`)
const executionPattern = new RegExp(`^arn:aws[\\w-]*:states:[\\w-]+:\\d{12}:execution:${names}:${names}$`)

/** True for a text of the form of a machine’s ARN. */
export function isMachineArn(text: string): boolean {
  return machinePattern.test(text)
}

/** True for a text of the form of a STANDARD execution’s ARN. */
export function isExecutionArn(text: string): boolean {
  return executionPattern.test(text)
}
