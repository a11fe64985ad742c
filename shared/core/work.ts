import { createHash } from 'node:crypto'
import type { WorkEvent } from '../asl/step-event.ts'
import { instant } from '../aws/clock.ts'
import { isTransient } from '../aws/transient.ts'
import { StepError } from '../step-error.ts'
import type { Tools, WorkStep } from '../steps/define.ts'
import { findStep } from '../steps/index.ts'
import { beginStep, endStep, type LogLine, type StepEnd, type StepRow } from '../store/run-steps.ts'
import { changeRun, getRun, hasEnded, openStatuses, type RunRow } from '../store/runs.ts'
import type { Json, JsonObject, LogLevel, World } from '../world.ts'
import { engineError, forEngine, runCancelled } from './engine-error.ts'
import { hideSealed } from './hidden.ts'
import { failureLine, logLine } from './log-lines.ts'
import { type Mask, maskOf } from './masking.ts'
import { nextTry } from './next-try.ts'
import { openSealed } from './sealing.ts'
import { resolveSecrets } from './secrets-in-args.ts'
import { stepKey } from './step-key.ts'

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
    const step = workStep(event.type)
    const stands = row.reuse ? await (await import('./reuse.ts')).reuse(world, row, event) : null
    if (stands) {
      await noteFirst(world, event, row)
      return stands.output
    }
    const begun = beginning(world, event)
    const before = await beginStep(world, begun)
    if (before?.status === 'completed') return JSON.parse(before.output ?? 'null')
    return await attempt(world, event, row, step, begun)
  })
}

function workStep(type: string): WorkStep {
  const step = findStep(type)
  if (step?.kind === 'work' && 'run' in step) return step
  throw engineError('unknown_step', `There is no working step ${type}`)
}

function beginning(world: World, event: WorkEvent): StepRow {
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
    input: JSON.stringify(hideSealed(event.args)),
  }
}

async function attempt(world: World, event: WorkEvent, run: RunRow, step: WorkStep, begun: StepRow) {
  const lines: LogLine[] = []
  const values: string[] = []
  let failure: StepError | null = null
  let output: Json = null
  try {
    const args = await open(world, event, run, values)
    output = await step.run(args, toolsFor(world, event, run, begun, lines))
  } catch (error) {
    failure = asStepError(world, error)
  }
  const mask = maskOf(values)
  if (failure) throw await recordFailure(world, event, begun, failure, mask, lines)
  const masked = mask.json(output)
  return await recordSuccess(world, event, run, begun, masked, masking(lines, mask))
}

/** The args with secrets and sealed values in their places; `values` gets what is to be masked. */
async function open(world: World, event: WorkEvent, run: RunRow, values: string[]): Promise<JsonObject> {
  const of = { orgId: event.run.orgId, runId: event.run.id }
  const { value, opened } = await openSealed(world, of, event.args)
  values.push(...opened)
  const resolved = await resolveSecrets(world, { ...event, args: value }, run.secretsOwner)
  values.push(...resolved.values)
  return resolved.args
}

function toolsFor(
  world: World,
  event: WorkEvent,
  row: RunRow,
  { stepKey: key }: StepRow,
  lines: LogLine[],
): Tools {
  const { run, stepId, retries, timeoutSeconds } = event
  const trace = row.traceparent?.split('-')[1] ?? run.id.replaceAll('-', '')
  const span = createHash('sha256').update(key).digest('hex').slice(0, 16)
  return {
    run,
    stepId,
    attempt: retries + 1,
    effectKey: `${run.id}:${key}`,
    traceparent: `00-${trace}-${span}-01`,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    now: () => world.clock.now(),
    outbound: world.outbound,
    sendMail: async (message) =>
      (await import('./send-mail.ts')).sendMail(world, message, `${run.id}:${key}`),
    log: (level: LogLevel, message: string, data?: JsonObject) =>
      void lines.push(logLine(world, level, message, data)),
  }
}

/** What was thrown is a bug unless it is the step's own error or a service's trouble. */
function asStepError(world: World, error: unknown): StepError {
  if (error instanceof StepError) return error
  // The machine tries again by itself.
  if (isTransient(error)) throw error
  const { name, stack } = error as Error
  world.log.error('A step failed', { error: name, stack })
  return new StepError('internal_error', 'The step failed inside the service')
}

async function recordSuccess(
  world: World,
  event: WorkEvent,
  run: RunRow,
  begun: StepRow,
  output: Json,
  lines: LogLine[],
): Promise<Json> {
  const after = await endStep(world, begun, {
    status: 'completed',
    at: instant(world.clock.now()),
    attempt: begun.attempt,
    output: JSON.stringify(output),
    lines,
  })
  await noteFirst(world, event, run)
  // Two tries of one visit may overlap: the first one's output stands for both.
  return after?.output === undefined ? output : JSON.parse(after.output)
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
  lines: LogLine[],
): Promise<Error> {
  const message = mask.text(failure.message)
  lines.push(failureLine(world, event, failure, await nextTry(world, event, failure.code)))
  const end: StepEnd = {
    status: 'failed',
    at: instant(world.clock.now()),
    attempt: begun.attempt,
    error: JSON.stringify({ code: failure.code, message }),
    lines: masking(lines, mask),
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
