import type { WorkEvent } from '../asl/step-event.ts'
import { instant } from '../aws/clock.ts'
import { isTransient } from '../aws/transient.ts'
import { StepError } from '../step-error.ts'
import type { WorkStep } from '../steps/define.ts'
import { beginStep, endStep, type LogLine, type StepEnd, type StepRow } from '../store/run-steps.ts'
import { changeRun, getRun, hasEnded, openStatuses, type RunRow } from '../store/runs.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { engineError, forEngine, runCancelled } from './engine-error.ts'
import { shownArgs } from './hidden.ts'
import { hasLarge } from './large-ref.ts'
import { failureLine } from './log-lines.ts'
import { type Mask, maskOf } from './masking.ts'
import { nextTry } from './next-try.ts'
import { openSealed } from './sealing.ts'
import { resolveSecrets } from './secrets-in-args.ts'
import { stepKey } from './step-key.ts'
import { type Try, toolsFor } from './step-tools.ts'

/** Read from disk by the first work, not by every function that wakes. */
const steps = () => import('../steps/index.ts')

/**
 * Does a working step once: entered again after it was done, it gives the recorded output (aws.md 2.6).
 *
 * @throws {Error} whose name is the step's own code; `RunCancelled` if the run has ended, before any effect.
 */
export async function doWork(world: World, event: WorkEvent): Promise<Json> {
  return await forEngine(world, async () => {
    const { run } = event
    const row = await getRun(world, run.orgId, run.id)
    if (!row || hasEnded(row)) throw runCancelled()
    const step = await workStep(event.type)
    const stands = row.reuse ? await (await import('./reuse.ts')).reuse(world, row, event, step.hides) : null
    if (stands) {
      await noteFirst(world, event, row)
      return stands.output
    }
    const begun = beginning(world, event, step.hides)
    const before = await beginStep(world, begun)
    if (before?.status === 'completed') return JSON.parse(before.output ?? 'null')
    return await attempt(world, event, row, step, begun)
  })
}

async function workStep(type: string): Promise<WorkStep> {
  const step = (await steps()).findStep(type)
  if (step?.kind === 'work' && 'run' in step) return step
  throw engineError('unknown_step', `There is no working step ${type}`)
}

function beginning(world: World, event: WorkEvent, hides?: string[]): StepRow {
  const { run, stepId, iter } = event
  return {
    orgId: run.orgId,
    runId: run.id,
    flowId: run.flowId,
    stepKey: stepKey(event.at, stepId, iter),
    stepId,
    name: event.name,
    type: event.type,
    as: event.as,
    iter,
    status: 'running',
    startedAt: instant(world.clock.now()),
    attempt: event.retries + 1,
    input: JSON.stringify(shownArgs(event.args, hides)),
  }
}

async function attempt(world: World, event: WorkEvent, run: RunRow, step: WorkStep, begun: StepRow) {
  const kept: Try = { lines: [], values: [], tokens: [] }
  let failure: StepError | null = null
  let done: Done = { output: 'null' }
  try {
    const args = await open(world, event, run, kept.values)
    kept.values.push(...(step.hides ?? []).flatMap((name) => textOf(args[name])))
    const output = await step.run(args, toolsFor(world, event, run, begun, kept))
    const whole = event.whole === true || step.turns !== undefined
    done = await carried(world, begun, JSON.stringify(maskOf(kept.values).json(output)), whole)
  } catch (error) {
    failure = asStepError(world, error, kept.values)
  }
  const mask = maskOf(kept.values)
  if (failure) throw await recordFailure(world, event, begun, failure, mask, kept)
  const masked = { ...kept, lines: masking(kept.lines, mask) }
  return await recordSuccess(world, event, run, begun, done, masked)
}

/** What goes into the record and to the engine, as JSON text. */
type Done = Pick<StepEnd, 'large'> & { output: string }

/** No character takes more than three bytes, so up to here an output needs no thought. */
const surelySmall = 30_000

async function carried(world: World, begun: StepRow, text: string, whole: boolean): Promise<Done> {
  if (text.length < surelySmall) return { output: text }
  const { placeLarge } = await import('./large-output.ts')
  const place = { ...begun, inputBytes: Buffer.byteLength(begun.input) }
  const placed = await placeLarge(world, place, text, whole)
  return placed ? { output: JSON.stringify(placed.ref), large: placed.large } : { output: text }
}

/** The args with secrets and sealed values in their places; `values` gets what is to be masked. */
async function open(world: World, event: WorkEvent, run: RunRow, values: string[]): Promise<JsonObject> {
  const of = { orgId: event.run.orgId, runId: event.run.id }
  const args = hasLarge(event.args) ? await fill(world, of, event.args) : event.args
  const { value, opened } = await openSealed(world, of, args)
  values.push(...opened)
  const resolved = await resolveSecrets(world, { ...event, args: value }, run.secretsOwner)
  values.push(...resolved.values)
  return resolved.args
}

function textOf(value: Json | undefined): string[] {
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
}

/** Few steps work on large outputs: the others do not read from disk what fetches them. */
async function fill(
  ...given: Parameters<typeof import('./large-output.ts')['fillLarge']>
): Promise<JsonObject> {
  return (await import('./large-output.ts')).fillLarge(...given)
}

/** What was thrown is a bug unless it is the step's own error or a service's trouble. Its text may quote what the step was given. */
function asStepError(world: World, error: unknown, values: string[]): StepError {
  if (error instanceof StepError) return error
  // The machine tries again by itself.
  if (isTransient(error)) throw error
  const { name, stack = '' } = error as Error
  world.log.error('A step failed', { error: name, stack: maskOf(values).text(stack) })
  return new StepError('internal_error', 'The step failed inside the service')
}

async function recordSuccess(
  world: World,
  event: WorkEvent,
  run: RunRow,
  begun: StepRow,
  done: Done,
  { lines, tokens }: Try,
): Promise<Json> {
  const after = await endStep(world, begun, {
    status: 'completed',
    at: instant(world.clock.now()),
    attempt: begun.attempt,
    ...done,
    lines,
    tokens,
  })
  await noteFirst(world, event, run)
  // Two tries of one visit may overlap: the first one's output stands for both.
  return JSON.parse(after?.output ?? done.output)
}

/** Notes that the run gets on: its first working step is done. */
async function noteFirst(world: World, event: WorkEvent, run: RunRow): Promise<void> {
  if (!event.first || run.progressAt !== undefined) return
  const now = instant(world.clock.now())
  await changeRun(world, run.orgId, run.id, {
    set: { progressAt: now, updatedAt: now },
    from: openStatuses,
    unless: 'progressAt',
  })
}

async function recordFailure(
  world: World,
  event: WorkEvent,
  begun: StepRow,
  failure: StepError,
  mask: Mask,
  { lines, tokens }: Try,
): Promise<Error> {
  const message = mask.text(failure.message)
  lines.push(failureLine(world, event, failure, await nextTry(world, event, failure.code)))
  const end: StepEnd = {
    status: 'failed',
    at: instant(world.clock.now()),
    attempt: begun.attempt,
    error: JSON.stringify({ code: failure.code, message }),
    lines: masking(lines, mask),
    tokens,
  }
  await endStep(world, begun, end)
  return engineError(failure.code, message)
}

function masking(lines: LogLine[], mask: Mask): LogLine[] {
  return lines.map(({ message, data, ...line }) => ({
    ...line,
    message: mask.text(message),
    ...(data === undefined ? {} : { data: JSON.stringify(mask.json(JSON.parse(data))) }),
  }))
}
