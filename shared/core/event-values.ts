import type { RunEvent } from '../store/events.ts'
import { getStep } from '../store/run-steps.ts'
import { getRun } from '../store/runs.ts'
import { getWait } from '../store/waits.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { readHidden } from './hidden.ts'

/** The value that an event tells of. */
export interface EventValue {
  /** Absent = too large to be told. */
  value?: Json
  /** Where it is to be read. */
  url: string
}

/** Larger values are not even parsed, in bytes. */
const largest = 256 * 1024
/** Headers and times of a call stay on its record. */
const calls = new Set(['http.request', 'http', 'webhook'])

/** What a step or a run came to: events hold small values themselves, larger ones lie on their records. */
export async function eventValue(
  world: World,
  { orgId, runId }: { orgId: string; runId: string },
  event: RunEvent,
): Promise<EventValue> {
  const { output, native, key, waitId } = event.data as JsonObject
  if (event.type === 'run.completed')
    return {
      ...(output === undefined ? read((await getRun(world, orgId, runId))?.output) : { value: output }),
      url: `/api/v1/executions/${runId}`,
    }
  const url = `/v1/flowrun/steps/${runId}?key=${encodeURIComponent(String(key))}`
  if (output !== undefined) return { value: shown(event, output), url }
  if (native === true) return { value: null, url }
  if (waitId !== undefined) return { ...(await answerOf(world, orgId, runId, String(key))), url }
  const { value } = read((await getStep(world, orgId, runId, String(key)))?.output)
  return value === undefined ? { url } : { value: shown(event, value), url }
}

function read(text = 'null'): { value?: Json } {
  return Buffer.byteLength(text) > largest ? {} : { value: readHidden(text) }
}

function shown({ stepType = '' }: RunEvent, output: Json): Json {
  if (!calls.has(stepType) || typeof output !== 'object' || output === null || Array.isArray(output))
    return output
  const { status_code, body } = output
  return status_code === undefined ? output : { status_code, body: body ?? null }
}

/** What a wait was answered with; what is sealed in it stays hidden. */
async function answerOf(
  world: World,
  orgId: string,
  runId: string,
  stepKey: string,
): Promise<{ value?: Json }> {
  const wait = await getWait(world, orgId, runId, stepKey)
  if (wait?.answer === undefined) return { value: null }
  const { unseal } = await import('./sealing.ts')
  const { output = null } = (await unseal(world, wait, wait.answer)) as { output?: Json }
  return read(JSON.stringify(output))
}
