import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn'
import { expect, test } from 'vitest'
import { type Calls, fresh, roleArn } from './calls.ts'
import { asking, pass, wait, write } from './definitions.ts'

/** How machines are made, listed, checked and deleted. */
export function machines({ client, make, note, ended, tokenOf }: Calls): void {
  test('a machine is made once: the same again is the same, another of the name is refused', async () => {
    const name = fresh('once')
    const tags = [{ key: 'sluice:org', value: 'o1' }]
    const loggingConfiguration = { level: 'OFF', includeExecutionData: false } as const
    const request = { name, definition: pass, roleArn, type: 'STANDARD', tags, loggingConfiguration } as const
    const first = await client().send(new CreateStateMachineCommand(request))
    note(first.stateMachineArn)
    const again = await client().send(new CreateStateMachineCommand(request))

    expect(first.stateMachineArn).toMatch(new RegExp(`^arn:aws:states:[\\w-]+:\\d{12}:stateMachine:${name}$`))
    expect(first.creationDate).toBeInstanceOf(Date)
    expect(again).toMatchObject({ stateMachineArn: first.stateMachineArn, creationDate: first.creationDate })
    for (const other of [{ definition: wait }, { type: 'EXPRESS' as const }])
      await expect(
        client().send(new CreateStateMachineCommand({ ...request, ...other })),
      ).rejects.toMatchObject({
        name: 'StateMachineAlreadyExists',
      })
    const described = await client().send(
      new DescribeStateMachineCommand({ stateMachineArn: first.stateMachineArn }),
    )
    expect(described).toMatchObject({ name, type: 'STANDARD', status: 'ACTIVE', definition: pass, roleArn })
    const tagged = await client().send(new ListTagsForResourceCommand({ resourceArn: first.stateMachineArn }))
    expect(tagged.tags).toEqual(tags)
  })

  test('machines are listed in pages', async () => {
    const made = [await make(pass), await make(pass), await make(pass)]
    const listed: (string | undefined)[] = []
    let nextToken: string | undefined
    do {
      const page = await client().send(
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
      client().send(new CreateStateMachineCommand({ name: fresh('bad'), definition, roleArn })),
    ).rejects.toMatchObject({ name })
  })

  test('a bad name and a token task in EXPRESS are refused', async () => {
    await expect(
      client().send(new CreateStateMachineCommand({ name: 'a b', definition: pass, roleArn })),
    ).rejects.toMatchObject({ name: 'InvalidName' })
    await expect(make(asking, 'EXPRESS')).rejects.toMatchObject({ name: 'InvalidDefinition' })
  })

  test('definitions can be checked without making a machine', async () => {
    const good = await client().send(new ValidateStateMachineDefinitionCommand({ definition: pass }))
    const bad = await client().send(
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

  test('a machine that is deleted takes no start; its executions end at their next transition', async () => {
    const stateMachineArn = await make(asking)
    const { executionArn } = await client().send(new StartExecutionCommand({ stateMachineArn }))
    const taskToken = await tokenOf(executionArn)
    await client().send(new DeleteStateMachineCommand({ stateMachineArn }))

    await expect(client().send(new StartExecutionCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineDeleting',
    })
    await client()
      .send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
      .catch(() => {})
    expect((await ended(executionArn)).status).toBe('ABORTED')
    await client().send(new DeleteStateMachineCommand({ stateMachineArn }))
    await expect(client().send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    })
  })
}
