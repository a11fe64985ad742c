import { setTimeout } from 'node:timers/promises'
import type { AskEvent, EndEvent, WorkEvent } from '../../shared/asl/step-event.ts'
import { systemClock } from '../../shared/aws/clock.ts'
import { openWait } from '../../shared/core/open-wait.ts'
import type { Principal } from '../../shared/core/principal.ts'
import { saveAndPublish } from '../../shared/core/publish.ts'
import type { RunView } from '../../shared/core/run-view.ts'
import { startRun } from '../../shared/core/start-run.ts'
import type { Json, JsonObject, World } from '../../shared/world.ts'
import { type EngineStub, openEngineStub } from '../engine-stub.ts'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { openTestWorld, type TestWorld, type TestWorldOptions } from '../world.ts'

/** A World whose engine is a stub: tests of runs play the machine themselves. */
export interface RunsWorld extends TestWorld {
  engine: EngineStub
  clock: FakeClock
  who: Principal
  /** Publishes a definition and gives the flow's id. */
  publish(definition: JsonObject): Promise<string>
  /** Starts a run without waiting. */
  begin(flowId: string, inputs?: JsonObject): Promise<RunView>
  /** Opens a wait as the machine would; returns its token. */
  ask(run: RunView, event?: Partial<AskEvent>): Promise<string>
}

interface RunsOptions extends TestWorldOptions {
  realTime?: boolean
}

export const org = '5a3f0b1c-0000-4000-8000-000000000001'

/** A person of the test organisation. */
export function person(id: string, more: Partial<Principal> = {}): Principal {
  return {
    orgId: org,
    actor: `user:${id}`,
    accountId: id,
    email: `${id}@example.com`,
    role: 'admin',
    scopes: null,
    sessionId: 's1',
    ...more,
  }
}

/** Time stands still unless the test moves it; races run on the machine's clock (`realTime`). */
export async function openRunsWorld({ realTime = false, ...options }: RunsOptions = {}): Promise<RunsWorld> {
  const clock = fakeClock()
  const ticking = realTime ? systemClock : clock
  const engine = openEngineStub(ticking)
  const opened = await openTestWorld({ clock: ticking, states: engine, ...options })
  const { world } = opened
  const who = person('ann')
  let tokens = 0
  return {
    ...opened,
    engine,
    clock,
    who,
    async publish(definition) {
      const author = { orgId: org, actor: who.actor }
      const { flow } = await saveAndPublish(world, author, { definition })
      return flow.id
    },
    async begin(flowId, inputs = {}) {
      const order = { flowId, inputs, trigger: { type: 'api' }, waitSeconds: 0 }
      return (await startRun(world, who, order)).run
    },
    async ask(run, event = {}) {
      const token = event.token ?? `token ${++tokens} of ${run.id}`
      engine.tasks.set(token, 'open')
      await openWait(world, askOf(world, run, { ...event, token }))
      return token
    },
  }
}

/** What every event of a run's step carries. */
function sentBy(world: World, run: RunView) {
  return {
    v: 1 as const,
    run: {
      id: run.id,
      orgId: org,
      flowId: run.flowId,
      version: run.version,
      depth: 0,
      startedAt: run.createdAt,
    },
    at: new Date(world.clock.now()).toISOString(),
    stepId: 'ask',
    name: 'Ask',
    iter: null,
  }
}

export function askOf(world: World, run: RunView, event: Partial<AskEvent> = {}): AskEvent {
  return {
    ...sentBy(world, run),
    kind: 'ask',
    type: 'client-tool',
    as: 'client-tool',
    args: { toolName: 'tool', parameters: {} },
    token: 'token',
    timeoutSeconds: 3600,
    onTimeout: 'fail',
    trace: {},
    seen: {},
    ...event,
  }
}

export function workOf(world: World, run: RunView, event: Partial<WorkEvent> = {}): WorkEvent {
  return {
    ...sentBy(world, run),
    stepId: 'call',
    name: 'Call',
    kind: 'work',
    type: 'http.request',
    as: 'http',
    args: { url: 'https://api.example.com/' },
    retries: 0,
    maxAttempts: 1,
    ...event,
  }
}

export function endOf(world: World, run: RunView, event: Partial<EndEvent> = {}): EndEvent {
  const { stepId: _, name: __, iter: ___, ...sent } = sentBy(world, run)
  return { ...sent, kind: 'end', outcome: 'completed', output: { done: true }, trace: {}, seen: {}, ...event }
}

/** A tool's good answer. */
export function toolAnswer(output: Json): JsonObject {
  return { toolResult: { success: true, output } }
}

/** A flow that asks a client tool. */
export const asking = {
  metadata: { name: 'Asking' },
  triggers: [{ type: 'api' }],
  nodes: { ask: { type: 'client-tool', name: 'Ask', params: { toolName: 'tool' } } },
}

/** A flow that any machine runs. */
export const adding = {
  metadata: { name: 'Adding' },
  triggers: [{ type: 'api' }],
  nodes: { sum: { type: 'transform', params: { value: '{{1 + 1}}' } } },
}

/**
 * Lets time pass until the work is done. What the work reads and writes on the machine takes real time: the clock may not run
 * far ahead of it, or the work's time would be over before its first write.
 */
export async function passTime<T>(clock: FakeClock, work: Promise<T>, stepMs = 25): Promise<T> {
  let done = false
  const end = () => {
    done = true
  }
  work.then(end, end)
  while (!done) {
    await clock.advance(stepMs)
    await setTimeout(1)
  }
  return await work
}
