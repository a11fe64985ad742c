import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn'
import { answerWait } from '../../shared/core/answers.ts'
import type { StartOrder } from '../../shared/core/start.ts'
import { endOfEvents } from '../../shared/store/events.ts'
import { getRun } from '../../shared/store/runs.ts'
import type { JsonObject, World } from '../../shared/world.ts'
import { type EngineWorld, openEngineWorld } from '../core/engine-fixture.ts'
import { org, toolAnswer } from '../core/runs-fixture.ts'
import { type Recorder, record } from './recorder.ts'
import { type SampleFlow, sampleFlows } from './sample-flows.ts'
import type { Use } from './units.ts'

/** A kind of run: its flow, and whether its caller waits for its end. */
export interface RunKind {
  flow: SampleFlow
  /** Served by an Express machine. */
  atOnce: boolean
}

export const runKinds = {
  'score, at once': { flow: 'score', atOnce: true },
  'call, at once': { flow: 'call', atOnce: true },
  'call, later': { flow: 'call', atOnce: false },
  'each, later': { flow: 'each', atOnce: false },
  approval: { flow: 'approval', atOnce: true },
  'two tools': { flow: 'tool', atOnce: true },
} satisfies Record<string, RunKind>

export type RunKindName = keyof typeof runKinds

/** What one run of a kind asks of AWS, from its start to the last event in its record. */
export interface Pattern {
  ids: { org: string; flow: string; run: string }
  uses: Use[]
  /** How often it calls each operation of Step Functions. */
  calls: Record<string, number>
  /** States that its Standard execution enters. */
  transitions: number
  /** HTTP requests that drive it. */
  requests: number
}

/** Lets one run of each kind happen on the local account and notes what the product did. */
export async function recordPatterns(): Promise<Record<RunKindName, Pattern>> {
  const engine = await openEngineWorld({
    outbound: async () => ({ status: 200, headers: {}, body: '{"ok":true}', durationMs: 1 }),
  })
  const kinds = Object.entries(runKinds) as [RunKindName, RunKind][]
  const flowIds = new Map<SampleFlow, string>()
  for (const flow of Object.keys(sampleFlows) as SampleFlow[])
    flowIds.set(flow, await engine.publish(sampleFlows[flow]))
  const flowOf = ({ flow }: RunKind) => flowIds.get(flow) ?? ''
  // First runs make their machines and fill what a function keeps in memory.
  await Promise.all(kinds.map(([, kind]) => drive(engine, engine.world, flowOf(kind), kind)))
  const recorder = record(engine.world)
  const patterns: Partial<Record<RunKindName, Pattern>> = {}
  for (const [name, kind] of kinds) patterns[name] = await recordOne(engine, recorder, flowOf(kind), kind)
  await engine.close()
  return patterns as Record<RunKindName, Pattern>
}

async function recordOne(
  engine: EngineWorld,
  { uses, calls, quiet }: Recorder,
  flowId: string,
  kind: RunKind,
): Promise<Pattern> {
  uses.length = 0
  calls.length = 0
  const { run, requests } = await drive(engine, quiet, flowId, kind)
  const pattern = { ids: { org, flow: flowId, run }, uses: [...uses], calls: counted(calls), requests }
  return { ...pattern, transitions: await transitionsOf(engine, quiet, run) }
}

/** From the start to the last event. */
async function drive(
  engine: EngineWorld,
  quiet: World,
  flowId: string,
  { flow, atOnce }: RunKind,
): Promise<{ run: string; requests: number }> {
  const order: Partial<StartOrder> = {
    inputs: { employees: 250, name: 'Ada', items: [1, 2, 3, 4] },
    ...(atOnce ? {} : { waitSeconds: 0 }),
  }
  const { id } = await engine.start(flowId, order)
  const given = answersOf[flow] ?? []
  for (const answer of given) await answerWait(engine.world, engine.who, { runId: id, answer }, 20)
  while (!(await endOfEvents(quiet, org, id)).ended) await engine.world.clock.sleep(5)
  return { run: id, requests: 1 + given.length }
}

const answersOf: Partial<Record<SampleFlow, JsonObject[]>> = {
  approval: [{ decision: 'approve' }],
  tool: [toolAnswer(1), toolAnswer(2)],
}

function counted(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** Express machines count none. */
async function transitionsOf(
  { world }: EngineWorld,
  quiet: Recorder['quiet'],
  runId: string,
): Promise<number> {
  const run = await getRun(quiet, org, runId)
  if (run?.engine !== 'standard') return 0
  const executionArn = `${run.machineArn.replace(':stateMachine:', ':execution:')}:${runId}`
  const { events = [] } = await world.states.send(
    new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
  )
  return events.filter(({ type }) => type?.endsWith('StateEntered')).length
}
