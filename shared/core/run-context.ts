import type { Node } from '../definitions/graph.ts'
import { findStep } from '../steps/index.ts'
import { getRun } from '../store/runs.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { readRun } from './read-run.ts'
import { answering, noRun } from './refusal.ts'
import { stepsOf } from './step-names.ts'
import { readSteps, type StepRecord } from './steps-of-run.ts'

/** Every name that an expression could read after the last recorded step, and those whose values nobody wrote down. */
export interface RunContext {
  context: JsonObject
  unrecorded: string[]
}

/**
 * What expressions of a run could read by now (dashboard.md §11). Steps inside bodies have names of their own and are left
 * out; sealed values read `•••`.
 *
 * @throws {Fault} `not_found`.
 */
export async function readContext(world: World, orgId: string, runId: string): Promise<RunContext> {
  return await answering(world, async () => {
    const row = await getRun(world, orgId, runId)
    if (!row) throw noRun()
    const [run, records, steps] = await Promise.all([
      readRun(world, orgId, runId, { parts: ['inputs'] }),
      readSteps(world, orgId, runId),
      stepsOf(world, row),
    ])
    const top = records.flatMap((record) => atTop(record, steps))
    const named = top.filter(({ status, kind }) => status === 'completed' && kind !== 'end')
    const nameOf = ({ stepId }: StepRecord) => steps.get(stepId)?.output ?? stepId
    const values = named.filter((record) => record.source !== 'trace' || record.output !== null)
    const known = Object.fromEntries(values.map((record) => [nameOf(record), record.output]))
    const left = named.map(nameOf).filter((name) => !Object.hasOwn(known, name))
    const approval = top.findLast(({ type, status }) => type === 'approval' && status === 'completed')
    return {
      context: {
        ...known,
        inputs: run.inputs,
        trigger: { type: run.trigger.type, data: run.trigger.data ?? null },
        flow: { id: run.flowId, version: run.version },
        run: { id: run.id, startedAt: run.createdAt },
        user: JSON.parse(row.user) as Json,
        step: { id: top.at(-1)?.stepId ?? null },
        approval: approval?.output ?? null,
        last: values.at(-1)?.output ?? null,
        lastError: lastErrorOf(top),
      },
      unrecorded: [...new Set(left)],
    }
  })
}

/**
 * What a record tells of its step, if the step lies at the top level. A step that works in turns has told its output with
 * the last of them.
 */
function atTop(record: StepRecord, steps: Map<string, Node>): StepRecord[] {
  const { iteration, type } = record
  if (iteration === null) return [record]
  const own = steps.get(record.stepId)?.type === type && findStep(type)?.turns && !iteration.includes('.')
  if (!own) return []
  if (record.status !== 'completed') return [record]
  const { done, output = null } = (record.output ?? {}) as JsonObject
  return done === true ? [{ ...record, output }] : []
}

function lastErrorOf(records: StepRecord[]): Json {
  const failed = records.findLast(({ error }) => error !== null)
  if (!failed?.error) return null
  return { stepId: failed.stepId, error: failed.error.code, cause: failed.error.message }
}
