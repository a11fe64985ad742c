import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  type SFNClientConfig,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  TaskTimedOut,
  TestStateCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { shortWay } from '../../infra/local/short-way.ts'
import { openStates, type States } from '../../infra/local/states/open.ts'
import { inProcess, type Listening, listen, unsigned } from '../../infra/local/wire.ts'
import { systemClock } from '../../shared/aws/clock.ts'
import { keptLog } from '../local/kept-log.ts'
import { plainEvaluator } from '../local/states/evaluator.ts'
import { settingsFor } from './targets.ts'

/**
 * What the product relies on, through the real SDK client. Under `npm run contract` the suite runs where that is pointed at,
 * with SLUICE_CONTRACT_ROLE and SLUICE_CONTRACT_FUNCTION naming a role and a function that returns its payload; else
 * against the local account, over loopback and in process.
 */
const elsewhere = inject('contract')?.states ?? undefined
const roleArn = process.env.SLUICE_CONTRACT_ROLE ?? 'arn:aws:iam::000000000000:role/machines'
const functionName = process.env.SLUICE_CONTRACT_FUNCTION ?? 'echo'
const transports = elsewhere === undefined ? ['loopback', 'in process'] : [elsewhere]

const log = keptLog()
let states: States | undefined
let listening: Listening | undefined

beforeAll(async () => {
  if (elsewhere !== undefined) return
  states = await openStates({
    dir: mkdtempSync(join(tmpdir(), 'sluice-states-')),
    clock: systemClock,
    log,
    pool: plainEvaluator,
    invoke: async (_, payload) => ({ payload: JSON.parse(JSON.stringify(payload)) }),
    onEnded: async () => {},
  })
  listening = await listen(states, 'AKTEST')
})
afterAll(async () => {
  await listening?.close()
  await states?.close()
})

function open(transport: string): SFNClient {
  if (elsewhere !== undefined)
    return new SFNClient({ ...settingsFor(elsewhere), disableHostPrefix: elsewhere !== 'aws' })
  const config: SFNClientConfig = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKTEST', secretAccessKey: 'secret' },
    endpoint: listening?.url ?? '',
    disableHostPrefix: true,
    maxAttempts: 1,
  }
  if (transport === 'loopback') return new SFNClient(config)
  const client = new SFNClient({ ...config, ...unsigned, requestHandler: inProcess(states as States) })
  shortWay(client)
  return client
}

let names = 0
const prefix = `sluice-contract-${randomUUID().slice(0, 8)}`
const fresh = (word: string) => `${prefix}-${word}-${++names}`

const write = (States: object, more: object = {}) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(States)[0], States, ...more })
const pass = write({ a: { Type: 'Pass', Output: { n: '{% $states.input.n %}' }, End: true } })
const wait = write({ a: { Type: 'Wait', Seconds: 300, End: true } })
const echo = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: functionName, Payload: '{% $states.input %}' },
  End: true,
}
const asking = write({
  a: {
    ...echo,
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: functionName, Payload: { token: '{% $states.context.Task.Token %}' } },
    TimeoutSeconds: 60,
    HeartbeatSeconds: 30,
  },
})

describe.each(transports)('Step Functions over %s', (transport) => {
  let client: SFNClient
  beforeAll(() => {
    client = open(transport)
  })
  const made: string[] = []
  afterAll(async () => {
    for (const stateMachineArn of elsewhere === undefined ? [] : made)
      await client.send(new DeleteStateMachineCommand({ stateMachineArn }))
    client.destroy()
  })

  async function make(definition: string, type: 'STANDARD' | 'EXPRESS' = 'STANDARD') {
    const name = fresh('machine')
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({ name, definition, roleArn, type }),
    )
    made.push(stateMachineArn as string)
    return stateMachineArn as string
  }

  async function ended(executionArn: string | undefined) {
    for (let tries = 0; tries < 200; tries++) {
      const answer = await client.send(new DescribeExecutionCommand({ executionArn }))
      if (answer.status !== 'RUNNING') return answer
      await setTimeout(25)
    }
    throw new Error('It does not end')
  }

  /** The token of a waiting execution: it stands in the history. */
  async function tokenOf(executionArn: string | undefined): Promise<string> {
    for (let tries = 0; tries < 200; tries++) {
      const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }))
      const scheduled = events.find(({ type }) => type === 'TaskScheduled')?.taskScheduledEventDetails
      if (scheduled && events.some(({ type }) => type === 'TaskSubmitted'))
        return JSON.parse(scheduled.parameters as string).Payload.token
      await setTimeout(25)
    }
    throw new Error('It does not wait')
  }

  test('a machine is made once: the same again is the same, another of the name is refused', async () => {
    const name = fresh('once')
    const tags = [{ key: 'sluice:org', value: 'o1' }]
    const loggingConfiguration = { level: 'OFF', includeExecutionData: false } as const
    const request = { name, definition: pass, roleArn, type: 'STANDARD', tags, loggingConfiguration } as const
    const first = await client.send(new CreateStateMachineCommand(request))
    made.push(first.stateMachineArn as string)
    const again = await client.send(new CreateStateMachineCommand(request))

    expect(first.stateMachineArn).toMatch(new RegExp(`^arn:aws:states:[\\w-]+:\\d{12}:stateMachine:${name}$`))
    expect(first.creationDate).toBeInstanceOf(Date)
    expect(again).toMatchObject({ stateMachineArn: first.stateMachineArn, creationDate: first.creationDate })
    for (const other of [{ definition: wait }, { type: 'EXPRESS' as const }])
      await expect(
        client.send(new CreateStateMachineCommand({ ...request, ...other })),
      ).rejects.toMatchObject({
        name: 'StateMachineAlreadyExists',
      })
    const described = await client.send(
      new DescribeStateMachineCommand({ stateMachineArn: first.stateMachineArn }),
    )
    expect(described).toMatchObject({ name, type: 'STANDARD', status: 'ACTIVE', definition: pass, roleArn })
    const tagged = await client.send(new ListTagsForResourceCommand({ resourceArn: first.stateMachineArn }))
    expect(tagged.tags).toEqual(tags)
  })

  test('machines are listed in pages', async () => {
    const made = [await make(pass), await make(pass), await make(pass)]
    const listed: (string | undefined)[] = []
    let nextToken: string | undefined
    do {
      const page = await client.send(
        new ListStateMachinesCommand({ maxResults: 2, ...(nextToken ? { nextToken } : {}) }),
      )
      listed.push(...(page.stateMachines ?? []).map(({ stateMachineArn }) => stateMachineArn))
      nextToken = page.nextToken
    } while (nextToken)

    expect(made.every((arn) => listed.includes(arn))).toBe(true)
    expect(new Set(listed).size).toBe(listed.length)
  })

  test.each([
    ['a definition that is no JSON', '{', 'InvalidDefinition'],
    ['a definition without its start', write({}, { StartAt: 'a' }), 'InvalidDefinition'],
    [
      'a half-open expression',
      write({ a: { Type: 'Pass', Output: '{% 1', End: true } }),
      'InvalidDefinition',
    ],
    [
      '$states.errorOutput in a Pass',
      write({ a: { Type: 'Pass', Output: '{% $states.errorOutput %}', End: true } }),
      'InvalidDefinition',
    ],
  ])('%s is refused', async (_, definition, name) => {
    await expect(
      client.send(new CreateStateMachineCommand({ name: fresh('bad'), definition, roleArn })),
    ).rejects.toMatchObject({ name })
  })

  test('a bad name and a token task in EXPRESS are refused', async () => {
    await expect(
      client.send(new CreateStateMachineCommand({ name: 'a b', definition: pass, roleArn })),
    ).rejects.toMatchObject({ name: 'InvalidName' })
    await expect(make(asking, 'EXPRESS')).rejects.toMatchObject({ name: 'InvalidDefinition' })
  })

  test('definitions can be checked without making a machine', async () => {
    const good = await client.send(new ValidateStateMachineDefinitionCommand({ definition: pass }))
    const bad = await client.send(
      new ValidateStateMachineDefinitionCommand({
        definition: write({ a: { Type: 'Pass', Next: 'nowhere' } }),
      }),
    )

    expect(good).toMatchObject({ result: 'OK', diagnostics: [] })
    expect(bad).toMatchObject({
      result: 'FAIL',
      diagnostics: [{ severity: 'ERROR', code: 'MISSING_TRANSITION_TARGET' }],
    })
  })

  test('F7 an execution is started once by its name', async () => {
    const stateMachineArn = await make(wait)
    const request = { stateMachineArn, name: 'run-1', input: '{"n":1}' }
    const first = await client.send(new StartExecutionCommand(request))
    const again = await client.send(new StartExecutionCommand(request))

    expect(first.executionArn).toBe(`${stateMachineArn.replace(':stateMachine:', ':execution:')}:run-1`)
    expect(again).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate })
    await expect(
      client.send(new StartExecutionCommand({ ...request, input: '{"n":2}' })),
    ).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
    await client.send(new StopExecutionCommand({ executionArn: first.executionArn }))
    await ended(first.executionArn)
    await expect(client.send(new StartExecutionCommand(request))).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    })
  })

  test('an execution is described, listed and told of', async () => {
    const stateMachineArn = await make(pass)
    const { executionArn } = await client.send(
      new StartExecutionCommand({ stateMachineArn, name: 'run', input: '{"n":1}' }),
    )
    const described = await ended(executionArn)
    const listed = await client.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED' }),
    )
    const running = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }))
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }))

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

  test('a task is answered by its token, once', async () => {
    const stateMachineArn = await make(asking)
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }))
    const taskToken = await tokenOf(executionArn)
    await client.send(new SendTaskHeartbeatCommand({ taskToken }))
    await client.send(new SendTaskSuccessCommand({ taskToken, output: '{"yes":true}' }))

    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"yes":true}' })
    await expect(client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))).rejects.toBeInstanceOf(
      TaskTimedOut,
    )
    await expect(client.send(new SendTaskHeartbeatCommand({ taskToken }))).rejects.toBeInstanceOf(
      TaskTimedOut,
    )
  })

  test('a task is failed by its token', async () => {
    const stateMachineArn = await make(asking)
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }))
    const taskToken = await tokenOf(executionArn)
    await expect(
      client.send(new SendTaskSuccessCommand({ taskToken, output: 'not json' })),
    ).rejects.toMatchObject({ name: 'InvalidOutput' })
    await client.send(new SendTaskFailureCommand({ taskToken, error: 'No', cause: 'because' }))

    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'No', cause: 'because' })
  })

  test('garbage is no token', async () => {
    await expect(
      client.send(new SendTaskSuccessCommand({ taskToken: 'garbage', output: '{}' })),
    ).rejects.toMatchObject({ name: 'InvalidToken' })
  })

  test('StartSyncExecution answers with the output, and with 200 when the run failed', async () => {
    const good = await client.send(
      new StartSyncExecutionCommand({
        stateMachineArn: await make(
          write({ a: { ...echo, Output: '{% $states.result.Payload %}' } }),
          'EXPRESS',
        ),
        input: '{"n":1}',
      }),
    )
    const bad = await client.send(
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
      client.send(new StartSyncExecutionCommand({ stateMachineArn: standard })),
    ).rejects.toMatchObject({ name: 'StateMachineTypeNotSupported' })
    await expect(client.send(new ListExecutionsCommand({ stateMachineArn: express }))).rejects.toMatchObject({
      name: 'StateMachineTypeNotSupported',
    })
  })

  test('what is not there, or no ARN, is refused by its own error', async () => {
    const missing = (await make(pass)).replace(/[^:]+$/, 'nobody')
    const execution = `${missing.replace(':stateMachine:', ':execution:')}:nothing`

    await expect(client.send(new StartExecutionCommand({ stateMachineArn: missing }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    })
    await expect(
      client.send(new DescribeExecutionCommand({ executionArn: execution })),
    ).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' })
    await expect(client.send(new StopExecutionCommand({ executionArn: execution }))).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    })
    await expect(client.send(new DescribeExecutionCommand({ executionArn: 'x' }))).rejects.toMatchObject({
      name: 'InvalidArn',
    })
    await expect(
      client.send(new DescribeStateMachineCommand({ stateMachineArn: 'x' })),
    ).rejects.toMatchObject({ name: 'InvalidArn' })
  })

  test('a bad input is refused, and so is one over 256 KiB', async () => {
    const stateMachineArn = await make(pass)

    for (const input of ['{', JSON.stringify('x'.repeat(262_144))])
      await expect(client.send(new StartExecutionCommand({ stateMachineArn, input }))).rejects.toMatchObject({
        name: expect.stringMatching(/^(InvalidExecutionInput|ValidationException)$/),
      })
    await expect(
      client.send(new StartExecutionCommand({ stateMachineArn, name: 'a b' })),
    ).rejects.toMatchObject({ name: 'InvalidName' })
  })

  test('a machine that is deleted takes no start; its executions end at their next transition', async () => {
    const stateMachineArn = await make(asking)
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }))
    const taskToken = await tokenOf(executionArn)
    await client.send(new DeleteStateMachineCommand({ stateMachineArn }))

    await expect(client.send(new StartExecutionCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineDeleting',
    })
    await client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' })).catch(() => {})
    expect((await ended(executionArn)).status).toBe('ABORTED')
    await client.send(new DeleteStateMachineCommand({ stateMachineArn }))
    await expect(client.send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    })
  })
})

test.runIf(elsewhere === undefined)(
  'an operation that is not served is refused by name, and logged',
  async () => {
    await expect(open('in process').send(new TestStateCommand({ definition: '{}' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    })
    expect(log.lines.at(-1)?.message).toContain('AWSStepFunctions.TestState')
  },
)
