import type { EndEvent } from '../asl/step-event.ts'
import { instant } from '../aws/clock.ts'
import { latestStepRows } from '../store/run-steps.ts'
import { listWaits } from '../store/waits.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { engineError, forEngine } from './engine-error.ts'
import { hasLarge } from './large-ref.ts'
import { runError } from './run-error.ts'
import type { RunError } from './run-view.ts'
import { recordEnd } from './settle.ts'
import { stepsOf } from './step-names.ts'

/** Largest final output, in bytes of JSON (aws.md 3.5). */
const outputLimitBytes = 192 * 1024
/** How many of the latest steps are looked through for the one that failed. */
const looked = 20

/**
 * Records how a run ended: the last state's one call (aws.md 2.2). A run that has ended already stays as it is.
 *
 * @throws {Error} `OutputInvalid` for an output that breaks the declared schema, `output_too_large`: the machine then calls
 * again with outcome `failed`.
 */
export async function endRun(world: World, event: EndEvent): Promise<null> {
  return await forEngine(world, async () => {
    const { orgId, id } = event.run
    const end = event.outcome === 'completed' ? await completed(event) : await failed(world, event)
    const { trace, seen, lastStepId } = event
    await recordEnd(world, orgId, id, { ...end, trace, seen, lastStepId: lastStepId ?? null })
    return null
  })
}

async function completed(event: EndEvent): Promise<{ status: 'completed'; output: Json }> {
  const output = event.output ?? null
  if (Buffer.byteLength(JSON.stringify(output)) > outputLimitBytes || hasLarge(output))
    throw engineError('output_too_large', 'The output is larger than 192 KiB')
  const problem = event.schema ? await checkOutput(event.schema, output) : null
  if (problem !== null) throw engineError('OutputInvalid', problem)
  return { status: 'completed', output }
}

/** Few flows declare what they give: only their ends read the validator from disk. */
async function checkOutput(schema: JsonObject, output: Json): Promise<string | null> {
  return (await import('./output-check.ts')).checkOutput(schema, output)
}

async function failed(world: World, event: EndEvent): Promise<{ status: 'failed'; error: RunError }> {
  const { stepId = null, error = 'engine_error', cause = '' } = event.error ?? {}
  const at = instant(world.clock.now())
  const step = stepId === null ? null : await recordOf(world, event.run, stepId)
  return { status: 'failed', error: runError(error, cause, at, { stepId, ...step }) }
}

/** What is known of the step that failed: from its record, or, of a native one, from the version. */
async function recordOf(world: World, run: EndEvent['run'], stepId: string) {
  const steps = await latestStepRows(world, run.orgId, run.id, looked)
  const step = steps.find((row) => row.stepId === stepId)
  if (step) return { stepName: step.name, stepType: step.as, attempts: step.attempt }
  const waits = await listWaits(world, run.orgId, run.id)
  const wait = waits.findLast((row) => row.stepId === stepId)
  if (wait) return { stepName: wait.stepName, stepType: wait.as }
  const node = (await stepsOf(world, run)).get(stepId)
  return node ? { stepName: node.name, stepType: node.writtenType } : null
}
