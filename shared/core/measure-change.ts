import { hasEnded } from '../store/runs.ts'
import type { World } from '../world.ts'
import type { RowChange } from './run-events.ts'

/** Counts what a change of a run, a step or a wait means to whoever looks after the service (aws.md 5.5). */
export function measureChange({ metrics }: World, change: RowChange): void {
  if (change.of === 'run') measureRun(metrics, change)
  else if (change.of === 'step') measureStep(metrics, change)
  else measureWait(metrics, change)
}

type Of<T extends RowChange['of']> = Extract<RowChange, { of: T }>

function measureRun(metrics: World['metrics'], { before, after }: Of<'run'>): void {
  if (before === null) metrics.count('RunsStarted')
  if (!hasEnded(after) || (before !== null && hasEnded(before))) return
  if (after.status === 'completed') metrics.count('RunsCompleted')
  else if (after.status !== 'cancelled') metrics.count('RunsFailed')
}

function measureStep(metrics: World['metrics'], { before, after }: Of<'step'>): void {
  const { finishedAt, startedAt, type } = after
  if (finishedAt === undefined || before?.finishedAt !== undefined) return
  metrics.milliseconds('StepMilliseconds', Date.parse(finishedAt) - Date.parse(startedAt), type)
}

function measureWait(metrics: World['metrics'], { before, after }: Of<'wait'>): void {
  if (before === null) metrics.count('RunsWaiting')
  const { answeredAt, openedAt, closedAt } = after
  if (answeredAt === undefined || before?.answeredAt !== undefined) return
  metrics.seconds('WaitSeconds', (Date.parse(answeredAt) - Date.parse(openedAt)) / 1000)
  // From the claim to the record: as long as it took to tell the engine.
  if (closedAt !== undefined)
    metrics.milliseconds('AnswerMilliseconds', Date.parse(closedAt) - Date.parse(answeredAt))
}
