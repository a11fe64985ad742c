import type { Json } from '../../../../shared/world.ts'
import type { MapProgram } from '../program/program.ts'
import { startNextItem } from './children.ts'
import { evaluate } from './evaluate.ts'
import type { Frame } from './execution.ts'
import type { Machinery } from './machinery.ts'
import { isCurrent, settle } from './move.ts'
import { note } from './record.ts'
import { jsonBytes, payloadLimit } from './size.ts'
import { dataLimitExceeded, evaluationFailed } from './state-error.ts'

/** Most items that an inline Map works on at once. */
const mostAtOnce = 40

/**
 * Starts the first items. The inputs of all are made now: no variable that they read can change while the Map runs, and
 * a restart then finds them.
 */
export async function runMap(machinery: Machinery, frame: Frame, state: MapProgram): Promise<boolean> {
  const attempt = {}
  frame.attempt = attempt
  const values = readItems(state.items ? await evaluate(machinery, frame, state.items) : frame.input)
  const limit = state.concurrency ? readLimit(await evaluate(machinery, frame, state.concurrency)) : 0
  const items = await Promise.all(values.map((value, index) => select(machinery, frame, state, value, index)))
  if (!isCurrent(frame, attempt)) return false
  note(frame, machinery.clock.now(), 'MapStateStarted', {
    mapStateStartedEventDetails: { length: items.length },
  })
  if (items.length === 0) {
    note(frame, machinery.clock.now(), 'MapStateSucceeded')
    settle(frame, { result: [] })
    return true
  }
  frame.phase = 'children'
  frame.children = { count: items.length, remaining: items.length, next: 0, items }
  frame.execution.keeper.touch(frame)
  const first = Math.min(items.length, limit || mostAtOnce, mostAtOnce)
  for (let started = 0; started < first; started++) startNextItem(machinery, frame)
  return false
}

function readItems(value: Json): Json[] {
  if (Array.isArray(value)) return value
  throw evaluationFailed("The field 'Items' must be a list", 'Items')
}

function readLimit(value: Json): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw evaluationFailed("The field 'MaxConcurrency' must be a whole number from 0 on", 'MaxConcurrency')
}

async function select(
  machinery: Machinery,
  frame: Frame,
  { selector }: MapProgram,
  Value: Json,
  Index: number,
): Promise<Json> {
  const item = { Index, Value, Source: 'STATE_DATA' }
  const input = selector ? await evaluate(machinery, frame, selector, { item }) : Value
  if (jsonBytes(input) > payloadLimit) throw dataLimitExceeded('The input of an item')
  return input
}
