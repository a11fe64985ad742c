import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn'

/** A role that machines may take. */
export const roleArn = process.env.SLUICE_CONTRACT_ROLE ?? 'arn:aws:iam::000000000000:role/machines'

const prefix = `sluice-contract-${randomUUID().slice(0, 8)}`

/** A name that no other machine has. */
export const fresh = (word: string): string => `${prefix}-${word}-${randomUUID().slice(0, 8)}`

/** The calls of the checks, short. */
export type Calls = ReturnType<typeof callsBy>

/** Makes machines by a client, and looks after their executions. */
export function callsBy(client: () => SFNClient) {
  const made: string[] = []

  const make = async (definition: string, type: 'STANDARD' | 'EXPRESS' = 'STANDARD') => {
    const name = fresh('machine')
    const { stateMachineArn } = await client().send(
      new CreateStateMachineCommand({ name, definition, roleArn, type }),
    )
    made.push(stateMachineArn as string)
    return stateMachineArn as string
  }

  /** Says that a check has made a machine by itself. */
  const note = (machineArn: string | undefined) => void made.push(machineArn as string)

  /** Deletes what was made. */
  const clear = async () => {
    for (const stateMachineArn of made)
      await client().send(new DeleteStateMachineCommand({ stateMachineArn }))
  }

  const ended = async (executionArn: string | undefined) => {
    for (let tries = 0; tries < 200; tries++) {
      const answer = await client().send(new DescribeExecutionCommand({ executionArn }))
      if (answer.status !== 'RUNNING') return answer
      await setTimeout(25)
    }
    throw new Error('It does not end')
  }

  /** The token of a waiting execution: it stands in the history. */
  const tokenOf = async (executionArn: string | undefined): Promise<string> => {
    for (let tries = 0; tries < 200; tries++) {
      const { events = [] } = await client().send(new GetExecutionHistoryCommand({ executionArn }))
      const scheduled = events.find(({ type }) => type === 'TaskScheduled')?.taskScheduledEventDetails
      if (scheduled && events.some(({ type }) => type === 'TaskSubmitted'))
        return JSON.parse(scheduled.parameters as string).Payload.token
      await setTimeout(25)
    }
    throw new Error('It does not wait')
  }

  return { client, make, note, clear, ended, tokenOf }
}
