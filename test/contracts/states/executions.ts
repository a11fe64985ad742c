import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { expect, test } from 'vitest'
import type { Calls } from './calls.ts'
import { echo, pass, wait, write } from './definitions.ts'

/** How executions are started, once by their name, and told of. */
export function executions({ client, make, ended }: Calls): void {
  test('F7 an execution is started once by its name', async () => {
    const stateMachineArn = await make(wait)
    const request = { stateMachineArn, name: 'run-1', input: '{"n":1}' }
    const first = await client().send(new StartExecutionCommand(request))
    const again = await client().send(new StartExecutionCommand(request))

    expect(first.executionArn).toBe(`${stateMachineArn.replace(':stateMachine:', ':execution:')}:run-1`)
    expect(again).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate })
    await expect(
      client().send(new StartExecutionCommand({ ...request, input: '{"n":2}' })),
    ).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
    await client().send(new StopExecutionCommand({ executionArn: first.executionArn }))
    await ended(first.executionArn)
    await expect(client().send(new StartExecutionCommand(request))).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    })
  })

  test('an execution is described, listed and told of', async () => {
    const stateMachineArn = await make(pass)
    const { executionArn } = await client().send(
      new StartExecutionCommand({ stateMachineArn, name: 'run', input: '{"n":1}' }),
    )
    const described = await ended(executionArn)
    const listed = await client().send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED' }),
    )
    const running = await client().send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }),
    )
    const { events } = await client().send(new GetExecutionHistoryCommand({ executionArn }))

    expect(described).toMatchObject({ status: 'SUCCEEDED', name: 'run', input: '{"n":1}', output: '{"n":1}' })
    expect(described.stopDate).toBeInstanceOf(Date)
    expect(listed.executions).toMatchObject([{ executionArn, name: 'run', status: 'SUCCEEDED' }])
    expect(running.executions).toEqual([])
    expect(events?.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'PassStateEntered'],
      [3, 2, 'PassStateExited'],
      [4, 3, 'ExecutionSucceeded'],
    ])
    expect(events?.[0]?.timestamp).toBeInstanceOf(Date)
  })

  test('StartSyncExecution answers with the output, and with 200 when the run failed', async () => {
    const good = await client().send(
      new StartSyncExecutionCommand({
        stateMachineArn: await make(
          write({ a: { ...echo, Output: '{% $states.result.Payload %}' } }),
          'EXPRESS',
        ),
        input: '{"n":1}',
      }),
    )
    const bad = await client().send(
      new StartSyncExecutionCommand({
        stateMachineArn: await make(write({ a: { Type: 'Fail', Error: 'E', Cause: 'C' } }), 'EXPRESS'),
      }),
    )

    expect(good).toMatchObject({ status: 'SUCCEEDED', output: '{"n":1}' })
    expect(good.executionArn).toContain(':express:')
    expect(bad).toMatchObject({ status: 'FAILED', error: 'E', cause: 'C' })
  })

  test('what one type of machine has, the other refuses', async () => {
    const standard = await make(pass)
    const express = await make(pass, 'EXPRESS')

    await expect(
      client().send(new StartSyncExecutionCommand({ stateMachineArn: standard })),
    ).rejects.toMatchObject({ name: 'StateMachineTypeNotSupported' })
    await expect(
      client().send(new ListExecutionsCommand({ stateMachineArn: express })),
    ).rejects.toMatchObject({
      name: 'StateMachineTypeNotSupported',
    })
  })

  test('what is not there, or no ARN, is refused by its own error', async () => {
    const missing = (await make(pass)).replace(/[^:]+$/, 'nobody')
    const execution = `${missing.replace(':stateMachine:', ':execution:')}:nothing`

    await expect(
      client().send(new StartExecutionCommand({ stateMachineArn: missing })),
    ).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    })
    await expect(
      client().send(new DescribeExecutionCommand({ executionArn: execution })),
    ).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' })
    await expect(client().send(new StopExecutionCommand({ executionArn: execution }))).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    })
    await expect(client().send(new DescribeExecutionCommand({ executionArn: 'x' }))).rejects.toMatchObject({
      name: 'InvalidArn',
    })
    await expect(
      client().send(new DescribeStateMachineCommand({ stateMachineArn: 'x' })),
    ).rejects.toMatchObject({ name: 'InvalidArn' })
  })

  test('a bad input is refused, and so is one over 256 KiB', async () => {
    const stateMachineArn = await make(pass)

    for (const input of ['{', JSON.stringify('x'.repeat(262_144))])
      await expect(
        client().send(new StartExecutionCommand({ stateMachineArn, input })),
      ).rejects.toMatchObject({
        name: expect.stringMatching(/^(InvalidExecutionInput|ValidationException)$/),
      })
    await expect(
      client().send(new StartExecutionCommand({ stateMachineArn, name: 'a b' })),
    ).rejects.toMatchObject({ name: 'InvalidName' })
  })
}
