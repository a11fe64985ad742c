import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SFNClient } from '@aws-sdk/client-sfn'
import { openStates, type States } from '../../../infra/local/states/open.ts'
import type { Evaluator, Invoked } from '../../../infra/local/states/run/machinery.ts'
import type { StatusChange } from '../../../infra/local/states/status-change.ts'
import { inProcess } from '../../../infra/local/wire.ts'
import type { Json } from '../../../shared/world.ts'
import { type FakeClock, fakeClock } from '../../fake-clock.ts'
import { type KeptLog, keptLog } from '../kept-log.ts'
import { plainEvaluator } from './evaluator.ts'

/** A function that tests put in the engine's reach: what it returns, or throws. */
export type TestFunction = (payload: Json) => Json | Promise<Json>

export interface Engine {
  client: SFNClient
  clock: FakeClock
  log: KeptLog
  states: States
  /** Events of ended executions, as delivered. */
  ended: StatusChange[]
  /** Payloads by function, in the order of the calls. */
  calls: { functionName: string; payload: unknown }[]
  functions: Record<string, TestFunction>
  dir: string
}

/** An engine in a folder of its own, or in that of an earlier one, on a clock that stands still. */
export async function openEngine(
  options: {
    dir?: string
    clock?: FakeClock
    functions?: Record<string, TestFunction>
    pool?: Evaluator
  } = {},
): Promise<Engine> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'sluice-states-'))
  const clock = options.clock ?? fakeClock()
  const log = keptLog()
  const ended: StatusChange[] = []
  const calls: Engine['calls'] = []
  const functions = options.functions ?? {}
  const states = await openStates({
    dir,
    clock,
    log,
    pool: options.pool ?? plainEvaluator,
    async invoke(functionName, payload) {
      calls.push({ functionName, payload: structuredClone(payload) })
      return await call(functions, functionName, payload as Json)
    },
    async onEnded(event) {
      ended.push(event)
    },
  })
  const client = new SFNClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: inProcess(states),
    endpoint: 'http://127.0.0.1:1',
    disableHostPrefix: true,
    maxAttempts: 1,
  })
  return { client, clock, log, states, ended, calls, functions, dir }
}

async function call(
  functions: Record<string, TestFunction>,
  functionName: string,
  payload: Json,
): Promise<Invoked> {
  const found = functions[functionName]
  if (!found)
    return { errorType: 'ResourceNotFoundException', errorMessage: `Function not found: ${functionName}` }
  try {
    return { payload: await found(payload) }
  } catch (error) {
    const { name, message } = error as Error
    return { errorType: name, errorMessage: message, trace: [] }
  }
}

/** An error as a handler throws it. */
export function thrown(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name })
}

/** Lets the engine do what it can without time passing. */
export async function settle(turns = 40): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
}
