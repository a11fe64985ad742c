import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DynamoDBRecord } from 'aws-lambda'
import type { Endpoint } from '../../infra/local/endpoint.ts'
import type { LocalMail } from '../../infra/local/mail/open.ts'
import type { LocalS3 } from '../../infra/local/s3/open.ts'
import { openStates } from '../../infra/local/states/open.ts'
import type { ScriptEvent } from '../../shared/asl/script-event.ts'
import type { StepEvent } from '../../shared/asl/step-event.ts'
import { systemClock } from '../../shared/aws/clock.ts'
import { endRun } from '../../shared/core/end-run.ts'
import { expireWait } from '../../shared/core/expire-wait.ts'
import { leaveBodies } from '../../shared/core/leave-bodies.ts'
import { openWait } from '../../shared/core/open-wait.ts'
import type { Principal } from '../../shared/core/principal.ts'
import { saveAndPublish } from '../../shared/core/publish.ts'
import { readRun } from '../../shared/core/read-run.ts'
import type { RunView } from '../../shared/core/run-view.ts'
import { listSteps } from '../../shared/core/runs.ts'
import { settleExecution } from '../../shared/core/settle.ts'
import type { StartOrder } from '../../shared/core/start.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { startSubflow } from '../../shared/core/subflows.ts'
import { applyChanges } from '../../shared/core/updates.ts'
import { deliverFresh } from '../../shared/core/webhooks-out/deliver-fresh.ts'
import { doWork } from '../../shared/core/work.ts'
import { openPool } from '../../shared/expressions/pool.ts'
import { runScript } from '../../shared/scripts/run-script.ts'
import type { Clock, Json, JsonObject, Metrics, Outbound, World } from '../../shared/world.ts'
import type { ConnectionList } from '../connection-list.ts'
import type { KeptLog } from '../local/kept-log.ts'
import { openTestWorld } from '../world.ts'
import { org, person } from './runs-fixture.ts'

/** The core on the real local engine and table, without doors and sockets. */
export interface EngineWorld {
  world: World
  s3: LocalS3
  who: Principal
  /** What the product has logged. */
  log: KeptLog
  /** What was sent by mail. */
  mail: LocalMail
  /** Who is connected by WebSocket. */
  connections: ConnectionList
  /** Every step event that the engine has sent. */
  events: StepEvent[]
  /** Every script that it has sent. */
  scripts: ScriptEvent[]
  publish(definition: JsonObject): Promise<string>
  start(flowId: string, more?: Partial<StartOrder>): Promise<RunView>
  /** The run once it is as wanted. @throws after 10 s. */
  until(runId: string, isWanted: (run: RunView) => boolean): Promise<RunView>
  /** The run that a step of the run has started, once it has. */
  child(runId: string): Promise<string>
  /** The run once it has ended, within 10 s. */
  ended(runId: string): Promise<RunView>
  close(): Promise<void>
}

export async function openEngineWorld({
  clock = systemClock,
  outbound,
  s3Url,
  metrics,
  env = {},
}: {
  clock?: Clock
  outbound?: Outbound
  /** Where the test serves the object store, if it does. */
  s3Url?: string
  /** @default counts nothing */
  metrics?: Metrics
  /** Settings besides the usual ones. */
  env?: Record<string, string>
} = {}): Promise<EngineWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-engine-'))
  const pool = openPool()
  const events: StepEvent[] = []
  const scripts: ScriptEvent[] = []
  const opened = Promise.withResolvers<World>()
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const states = await openStates({
    dir,
    clock,
    log,
    pool,
    invoke: async (name, payload) => {
      if (name.endsWith('-script')) {
        const script = structuredClone(payload) as ScriptEvent
        scripts.push(script)
        return await invokeScript(script)
      }
      const event = structuredClone(payload) as StepEvent
      events.push(event)
      try {
        return { payload: await dispatch(await opened.promise, event) }
      } catch (error) {
        return { errorType: (error as Error).name, errorMessage: (error as Error).message, trace: [] }
      }
    },
    onEnded: async ({ detail }) => settleExecution(await opened.promise, detail),
  })
  const endpoint: Endpoint = states
  const test = await openTestWorld({
    clock,
    states: endpoint,
    env,
    ...(outbound ? { outbound } : {}),
    ...(s3Url ? { s3Url } : {}),
    ...(metrics ? { metrics } : {}),
  })
  const { world, dynamo, mail } = test
  opened.resolve(world)
  dynamo.onChanges(async (records: DynamoDBRecord[]) => {
    // The stream's other reader: nobody waits for it.
    void deliverFresh(world, records)
    return { batchItemFailures: await applyChanges(world, records) }
  })
  const who = person('ann')
  const until = (runId: string, isWanted: (run: RunView) => boolean) =>
    patiently(async () => {
      const run = await readRun(world, org, runId).catch(() => null)
      return run && isWanted(run) ? run : null
    })
  return {
    world,
    s3: test.s3,
    who,
    log: test.log,
    mail,
    connections: test.connections,
    events,
    scripts,
    async publish(definition) {
      const { flow } = await saveAndPublish(world, { orgId: org, actor: who.actor }, { definition })
      return flow.id
    },
    async start(flowId, more = {}) {
      const order = { flowId, inputs: {}, trigger: { type: 'api' }, waitSeconds: 20, ...more }
      return (await startRun(world, who, order)).run
    },
    until,
    child: (runId) => patiently(async () => (await listSteps(world, org, runId))[0]?.childId ?? null),
    ended: (runId) => until(runId, (run) => run.finishedAt !== null),
    async close() {
      await states.close()
      await test.close()
      pool.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function patiently<T>(look: () => Promise<T | null>): Promise<T> {
  for (const end = Date.now() + 10_000; Date.now() < end; await systemClock.sleep(5)) {
    const found = await look()
    if (found !== null) return found
  }
  throw new Error('It did not come within 10 s')
}

/** What functions/script.ts does. */
async function invokeScript(event: ScriptEvent) {
  try {
    return { payload: await runScript(event) }
  } catch (error) {
    return { errorType: (error as Error).name, errorMessage: (error as Error).message, trace: [] }
  }
}

/** What functions/step.ts does. */
async function dispatch(world: World, event: StepEvent): Promise<Json> {
  if (event.kind === 'work') return await doWork(world, event)
  if (event.kind === 'ask') return await openWait(world, event)
  if (event.kind === 'expire') return await expireWait(world, event)
  if (event.kind === 'leave') return await leaveBodies(world, event)
  return event.kind === 'subflow' ? await startSubflow(world, event) : await endRun(world, event)
}
