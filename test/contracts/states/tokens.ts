import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import { expect, test } from 'vitest'
import type { Calls } from './calls.ts'
import { asking } from './definitions.ts'

/** How tasks that wait are answered by their tokens. */
export function tokens({ client, make, ended, tokenOf }: Calls): void {
  test('a task is answered by its token, once', async () => {
    const stateMachineArn = await make(asking)
    const { executionArn } = await client().send(new StartExecutionCommand({ stateMachineArn }))
    const taskToken = await tokenOf(executionArn)
    await client().send(new SendTaskHeartbeatCommand({ taskToken }))
    await client().send(new SendTaskSuccessCommand({ taskToken, output: '{"yes":true}' }))

    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"yes":true}' })
    await expect(
      client().send(new SendTaskSuccessCommand({ taskToken, output: '{}' })),
    ).rejects.toBeInstanceOf(TaskTimedOut)
    await expect(client().send(new SendTaskHeartbeatCommand({ taskToken }))).rejects.toBeInstanceOf(
      TaskTimedOut,
    )
  })

  test('a task is failed by its token', async () => {
    const stateMachineArn = await make(asking)
    const { executionArn } = await client().send(new StartExecutionCommand({ stateMachineArn }))
    const taskToken = await tokenOf(executionArn)
    await expect(
      client().send(new SendTaskSuccessCommand({ taskToken, output: 'not json' })),
    ).rejects.toMatchObject({ name: 'InvalidOutput' })
    await client().send(new SendTaskFailureCommand({ taskToken, error: 'No', cause: 'because' }))

    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'No', cause: 'because' })
  })

  test('garbage is no token', async () => {
    await expect(
      client().send(new SendTaskSuccessCommand({ taskToken: 'garbage', output: '{}' })),
    ).rejects.toMatchObject({ name: 'InvalidToken' })
  })
}
