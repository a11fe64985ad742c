import type { Node } from '../definitions/graph.ts'
import { findStep } from '../steps/index.ts'
import { getRun, type RunRow } from '../store/runs.ts'
import type { World } from '../world.ts'
import { creditsOf, partsOf, prices, type Unit, writeUnits } from './prices.ts'
import { answering, noRun } from './refusal.ts'
import { stepsOf } from './step-names.ts'
import { readSteps, type StepRecord } from './steps-of-run.ts'

/** One line of a run's account. */
export interface CreditItem {
  /** null: it belongs to the run as a whole. */
  stepId: string | null
  type: string | null
  units: number
  unit: Unit
  credits: number
  /** The model whose tokens they are. */
  model?: string
  /** The run that the step started: its credits are its own. */
  runId?: string
}

/** What a run has used (dashboard.md §12). */
export interface Credits {
  table: string
  total: number
  items: CreditItem[]
  /** States entered, whether they are paid by number or not. */
  states: number
}

/** `init` and the state that records the end; a failure is followed by a state that tells the engine. */
const frameStates = 2
const expressStepMs = 100

/**
 * What a run has used: so far while it is open, final after its end. It is counted from its records, so that nothing is
 * written for it while the run goes on.
 *
 * @throws {Fault} `not_found`.
 */
export async function readCredits(world: World, orgId: string, runId: string): Promise<Credits> {
  return await answering(world, async () => {
    const run = await getRun(world, orgId, runId)
    if (!run) throw noRun()
    const [records, steps] = await Promise.all([readSteps(world, orgId, runId), stepsOf(world, run)])
    return countCredits(world, run, records, steps)
  })
}

/** The account of a run whose steps have been read. */
export function countCredits(
  { clock }: World,
  run: RunRow,
  records: StepRecord[],
  steps: Map<string, Node>,
): Credits {
  const fresh = records.filter(({ source }) => source !== 'reused')
  const lines = [...fresh.flatMap(ofStep), ...ofRun(run, records, steps, clock.now())]
  const total = lines.reduce((sum, line) => sum + line.units * partsOf(line), 0)
  const items = lines.map((line) => ({ ...line, credits: creditsOf(line.units * partsOf(line)) }))
  const states = statesEntered(run, records, steps)
  return { table: prices.name, total: creditsOf(total), items, states }
}

type Line = Omit<CreditItem, 'credits'>

function ofStep({ stepId, type, kind, status, attempt, childId, tokens }: StepRecord): Line[] {
  if (kind === 'wait') return [{ stepId, type, units: 1, unit: 'wait' }]
  if (kind !== 'work') return []
  const sent: Line[] =
    type === 'email' && status === 'completed' ? [{ stepId, type, units: 1, unit: 'email' }] : []
  const child: Line[] = childId === null ? [] : [{ stepId, type, units: 1, unit: 'run', runId: childId }]
  const models = [...Map.groupBy(tokens, ({ model }) => model)].flatMap(([model, counts]): Line[] => [
    { stepId, type, units: sumOf(counts, 'inputTokens'), unit: 'token-in', model },
    { stepId, type, units: sumOf(counts, 'outputTokens'), unit: 'token-out', model },
  ])
  return [{ stepId, type, units: attempt, unit: 'function-call' }, ...models, ...child, ...sent]
}

function sumOf(counts: StepRecord['tokens'], member: 'inputTokens' | 'outputTokens'): number {
  return counts.reduce((sum, count) => sum + count[member], 0)
}

function ofRun(run: RunRow, records: StepRecord[], steps: Map<string, Node>, now: number): Line[] {
  const whole = { stepId: null, type: null }
  const work = records.filter(({ kind, source }) => kind === 'work' && source !== 'reused').length
  const waits = records.filter(({ kind }) => kind === 'wait').length
  const writes = writeUnits.run + work * writeUnits.work + waits * writeUnits.wait
  const line: Line = { ...whole, units: writes, unit: 'write' }
  if (run.engine === 'standard')
    return [{ ...whole, units: statesEntered(run, records, steps), unit: 'transition' }, line]
  const until = run.finishedAt === undefined ? now : Date.parse(run.finishedAt)
  const lastedMs = Math.max(1, until - Date.parse(run.startedAt ?? run.createdAt))
  return [
    { ...whole, units: 1, unit: 'express-run' },
    { ...whole, units: Math.ceil(lastedMs / expressStepMs), unit: 'express-100ms' },
    line,
  ]
}

/**
 * Retries enter their state again; a question with several outcomes is followed by a choice, and so is every turn and tool
 * of a step that works in turns.
 */
function statesEntered({ status }: RunRow, records: StepRecord[], steps: Map<string, Node>): number {
  const entered = records.reduce((sum, { kind, attempt }) => sum + (kind === 'work' ? attempt : 1), 0)
  const routed = records.filter(({ stepId, kind, status }) => {
    const type = steps.get(stepId)?.type
    if (type !== undefined && findStep(type)?.turns) return true
    const outcomes = Object.keys(steps.get(stepId)?.next ?? {}).filter((name) => !ends.has(name))
    return kind === 'wait' && status === 'completed' && outcomes.length > 1
  }).length
  return frameStates + (status === 'failed' ? 1 : 0) + entered + routed
}

/** Outcomes that a task's own `Catch` leads to. */
const ends = new Set(['error', 'timeout'])
