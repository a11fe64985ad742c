import { type SFNClient, TestStateCommand } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callsBy } from './states/calls.ts'
import { executions } from './states/executions.ts'
import { machines } from './states/machines.ts'
import { elsewhere, openSubject, type Subject, transports } from './states/subject.ts'
import { tokens } from './states/tokens.ts'

/**
 * What the product relies on, through the real SDK client. Under `npm run contract` the suite runs where that is pointed at,
 * with SLUICE_CONTRACT_ROLE and SLUICE_CONTRACT_FUNCTION naming a role and a function that returns its payload; else
 * against the local account, over loopback and in process.
 */
let subject: Subject
beforeAll(async () => {
  subject = await openSubject()
})
afterAll(() => subject.close())

describe.each(transports)('Step Functions over %s', (transport) => {
  let client: SFNClient
  beforeAll(() => {
    client = subject.reach(transport)
  })
  const calls = callsBy(() => client)
  afterAll(async () => {
    if (elsewhere !== undefined) await calls.clear()
    client.destroy()
  })

  for (const check of [machines, executions, tokens]) check(calls)
})

test.runIf(elsewhere === undefined)(
  'an operation that is not served is refused by name, and logged',
  async () => {
    await expect(
      subject.reach('in process').send(new TestStateCommand({ definition: '{}' })),
    ).rejects.toMatchObject({
      name: 'UnknownOperationException',
    })
    expect(subject.log.lines.at(-1)?.message).toContain('AWSStepFunctions.TestState')
  },
)
