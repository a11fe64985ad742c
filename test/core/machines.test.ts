import { afterAll, beforeAll, expect, test } from 'vitest'
import { graphOf } from '../../shared/core/definition-of.ts'
import { ensureMachine } from '../../shared/core/machines.ts'
import { getMachine } from '../../shared/store/machines.ts'
import { failCalls, serviceError } from '../failing-calls.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { asking, greeting } from './authors.ts'

let opened: TestWorld
beforeAll(async () => {
  opened = await openTestWorld()
})
afterAll(() => opened.close())

const owner = {
  orgId: 'aaaaaaaa-0000-4000-8000-000000000000',
  flowId: 'bbbbbbbb-0000-4000-8000-000000000000',
}

test('a machine is named by stage, owner and content, logs errors without data, and can be traced', async () => {
  const { name, hash, arn } = await ensureMachine(opened.world, owner, await graphOf(greeting()), 'express')

  expect(name).toBe(`test-aaaaaaaa-bbbbbbbb-${hash.slice(0, 16)}-E`)
  const made = opened.machines.made.find((machine) => machine.name === name)
  expect(made).toMatchObject({
    type: 'EXPRESS',
    roleArn: opened.world.settings.machineRoleArn,
    loggingConfiguration: {
      level: 'ERROR',
      includeExecutionData: false,
      destinations: [
        { cloudWatchLogsLogGroup: { logGroupArn: `${opened.world.settings.machineLogGroupArn}:*` } },
      ],
    },
    tracingConfiguration: { enabled: true },
    tags: [
      { key: 'sluice:stage', value: 'test' },
      { key: 'sluice:org', value: owner.orgId },
      { key: 'sluice:flow', value: owner.flowId },
    ],
  })
  expect(await getMachine(opened.world, owner, name)).toMatchObject({ state: 'READY', arn, kind: 'express' })
})

test('the same graph is one machine, for whoever needs it when', async () => {
  const graph = await graphOf(asking)
  const { create } = opened.machines.calls

  const made = await Promise.all(
    [opened.world, opened.another(), opened.world].map((world) =>
      ensureMachine(world, owner, graph, 'standard'),
    ),
  )
  const { create: first } = opened.machines.calls
  await ensureMachine(opened.another(), owner, await graphOf(asking), 'standard')

  expect(new Set(made.map(({ arn }) => arn)).size).toBe(1)
  expect(first).toBeGreaterThan(create)
  expect(opened.machines.calls.create).toBe(first)
})

test('another flow with the same graph has a machine of its own', async () => {
  const other = { ...owner, flowId: 'cccccccc-0000-4000-8000-000000000000' }

  const [one, two] = [
    await ensureMachine(opened.world, owner, await graphOf(greeting('x')), 'express'),
    await ensureMachine(opened.world, other, await graphOf(greeting('x')), 'express'),
  ]

  expect(one.hash).toBe(two.hash)
  expect(one.arn).not.toBe(two.arn)
})

test('a flow that waits has no Express machine', async () => {
  await expect(ensureMachine(opened.world, owner, await graphOf(asking), 'express')).rejects.toMatchObject({
    code: 'validation_failed',
    details: { issues: [expect.objectContaining({ code: 'standard_only' })] },
  })
})

test('a failure on the way is made good by the next try', async () => {
  const graph = await graphOf(greeting('later'))
  const failing = failCalls(opened.world, {
    command: 'UpdateItemCommand',
    error: () => serviceError('ValidationException'),
  })
  await expect(ensureMachine(opened.world, owner, graph, 'express')).rejects.toThrow()
  failing.stop()

  const { name } = await ensureMachine(opened.world, owner, graph, 'express')

  expect((await getMachine(opened.world, owner, name))?.state).toBe('READY')
})

test('another machine under the same name is a bug of ours, told as such', async () => {
  const failing = failCalls(opened.world, {
    command: 'CreateStateMachineCommand',
    error: () => serviceError('StateMachineAlreadyExists'),
  })

  await expect(
    ensureMachine(opened.world, owner, await graphOf(greeting('twin')), 'express'),
  ).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' })
  failing.stop()

  expect(opened.log.lines).toContainEqual(expect.objectContaining({ level: 'error' }))
})
