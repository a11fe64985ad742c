import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import type { Json } from '../../../shared/world.ts'
import { type Engine, settle } from './open-engine.ts'

/** States of a machine, as loosely as a test writes them. */
export type States = Record<string, Record<string, unknown>>

export interface Written {
  StartAt?: string
  States: States
  TimeoutSeconds?: number
}

/** A definition that starts at its first state. */
export function definition({ StartAt, States, ...rest }: Written): string {
  return JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: StartAt ?? Object.keys(States)[0],
    States,
    ...rest,
  })
}

/** What the last state of a machine has. */
export const end = { End: true }

/** A state that hands on, or puts out, what it is told to. */
export function pass(more: object): Record<string, unknown> {
  return { Type: 'Pass', ...more }
}

/** A task that calls a function of the test. */
export function task(functionName: string, payload: unknown, more: object = {}): Record<string, unknown> {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: functionName, Payload: payload },
    ...more,
  }
}

/** A task that is answered by token. */
export function ask(functionName: string, payload: unknown, more: object = {}): Record<string, unknown> {
  return { ...task(functionName, payload, more), Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }
}

export const token = '{% $states.context.Task.Token %}'

let machines = 0

/** Makes a machine; gives its ARN. */
export async function make({ client }: Engine, written: Written, type: 'STANDARD' | 'EXPRESS' = 'STANDARD') {
  machines += 1
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({
      name: `machine-${machines}`,
      roleArn: 'arn:aws:iam::000000000000:role/machines',
      definition: definition(written),
      type,
    }),
  )
  return stateMachineArn as string
}

/** Starts an execution and lets it go as far as it can without time passing; gives its ARN. */
export async function start(engine: Engine, written: Written | string, input: Json = {}): Promise<string> {
  const stateMachineArn = typeof written === 'string' ? written : await make(engine, written)
  const { executionArn } = await engine.client.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  )
  await settle()
  return executionArn as string
}

/** What an execution has come to. */
export async function read({ client }: Engine, executionArn: string) {
  const { status, output, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }))
  return { status, output: output === undefined ? undefined : (JSON.parse(output) as Json), error, cause }
}

/** Starts and reads an execution. */
export async function run(engine: Engine, written: Written, input: Json = {}) {
  return await read(engine, await start(engine, written, input))
}

/** The whole history of an execution. */
export async function history({ client }: Engine, executionArn: string): Promise<HistoryEvent[]> {
  const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))
  return events ?? []
}

/** The names of its events. */
export async function eventNames(engine: Engine, executionArn: string): Promise<string[]> {
  return (await history(engine, executionArn)).map(({ type }) => type as string)
}

/** What the n-th call of the functions was given. */
export function payloadOf<T>({ calls }: Engine, index: number): T {
  return (calls[index] as { payload: T }).payload
}

/** The token in it. */
export function tokenOf(engine: Engine, index = 0): string {
  return payloadOf<{ token: string }>(engine, index).token
}
