import { createHash } from 'node:crypto'
import {
  CreateStateMachineCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkMachine } from '../../../infra/local/states/definition/check-machine.ts'
import type { Machine } from '../../../shared/asl/states.ts'
import { compile } from '../../../shared/compile/compile.ts'
import { machineKinds } from '../../../shared/compile/kind.ts'
import type { Json, JsonObject } from '../../../shared/world.ts'
import { graphs } from '../../compile/graphs.ts'
import { executionInput } from '../../compile/run-graph.ts'
import { runMachine, Thrown } from '../../compile/run-machine.ts'
import { type Engine, openEngine, settle } from './open-engine.ts'
import { read } from './run-machine.ts'

let engine: Engine
let sent: JsonObject[] = []
let failures = 0
const stepFunction = 'local-sluice-step'
const scriptFunction = 'local-sluice-script'

beforeAll(async () => {
  engine = await openEngine()
  engine.functions[stepFunction] = async (payload) => {
    const event = payload as JsonObject
    sent.push(event)
    if (typeof event.token !== 'string') return stepAnswer(event)
    await answerByToken(event, event.token)
    return null
  }
})
afterAll(() => engine.states.close())

/** What the step function makes of an event: always the same of the same, now and then an error. */
function stepAnswer(event: JsonObject): Json {
  if (event.kind === 'end' || event.kind === 'expire' || event.kind === 'leave') return null
  const key = JSON.stringify([event.stepId, event.iter, event.retries])
  const choice = createHash('sha256').update(key).digest()[0] as number
  if (choice < 40) {
    failures += 1
    throw new Thrown('Http.5xx', `failed at ${event.stepId}`)
  }
  return {
    decision: choice % 2 === 0 ? 'approve' : 'reject',
    action: 'approve',
    n: choice,
    list: [choice, 'x'],
  }
}

async function answerByToken(event: JsonObject, taskToken: string): Promise<void> {
  try {
    const output = JSON.stringify(stepAnswer(event))
    await engine.client.send(new SendTaskSuccessCommand({ taskToken, output }))
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
    const { name, message } = error
    await engine.client.send(new SendTaskFailureCommand({ taskToken, error: name, cause: message }))
  }
}

/** An event without what depends on the time, as text: branches may come in another order. */
function comparable(events: JsonObject[]): string[] {
  const timed = new Set(['at', 'token', 'trace', 'askedAt', 'seen'])
  return events
    .map((event) => JSON.stringify(event, (name, value) => (timed.has(name) ? undefined : value)))
    .sort()
}

const untimed = (value: unknown) => JSON.stringify(value)?.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')

let runs = 0

async function runHere(machine: Machine, input: JsonObject) {
  sent = []
  runs += 1
  const { stateMachineArn } = await engine.client.send(
    new CreateStateMachineCommand({ name: `m${runs}`, roleArn: 'r', definition: JSON.stringify(machine) }),
  )
  const { executionArn } = await engine.client.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  )
  for (let tries = 0; tries < 200; tries++) {
    const ran = await read(engine, executionArn as string)
    if (ran.status !== 'RUNNING') return ran
    await settle(10)
    await engine.clock.advance(10_000)
  }
  throw new Error('It does not end')
}

test('P8 what compiles is accepted, and runs here as the language says', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (graph) => {
      const machine = compile(graph, { kind: 'standard', stepFunction, scriptFunction })
      const text = JSON.stringify(machine)
      const input = executionInput({ a: [1, 'x', { n: 7 }] })
      expect(checkMachine(text, 'STANDARD')).toEqual([])

      failures = 0
      const model = await runMachine(machine, input, stepAnswer)
      const races = text.includes('"Parallel"') && (failures > 0 || text.split('"Type":"Fail"').length > 2)
      const ran = await runHere(machine, input)

      // Where several branches fail, which is first is a matter of time, and the model knows none.
      if (races) return
      expect([ran.status, untimed(ran.output ?? null), ran.error ?? null]).toEqual([
        model.status,
        untimed(model.output),
        model.error,
      ])
      expect(comparable(sent)).toEqual(comparable(model.sent))
    }),
    { numRuns: 40 },
  )
}, 60_000)

test('what compiles to an EXPRESS machine is accepted as one', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      fc.pre(!machineKinds(graph).standardOnly)
      const machine = compile(graph, { kind: 'express', stepFunction, scriptFunction })

      expect(checkMachine(JSON.stringify(machine), 'EXPRESS')).toEqual([])
    }),
    { numRuns: 30 },
  )
})
