import type { Json } from '../../../../shared/world.ts'
import { stop } from './end.ts'
import type { Frame } from './execution.ts'
import type { Machinery } from './machinery.ts'
import { enter, newFrame, settle, stateOf } from './move.ts'
import { note } from './record.ts'
import type { StateError } from './state-error.ts'

/** Starts a frame below a Parallel or Map; it is driven when the caller's own work is done. */
export function startChild(
  machinery: Machinery,
  parent: Frame,
  position: number,
  startAt: string,
  input: Json,
): void {
  const child = newFrame(parent.execution, parent, position)
  const state = stateOf(parent)
  if (state.type === 'Map')
    note(child, machinery.clock.now(), 'MapIterationStarted', iteration('Started', parent, position))
  enter(machinery, child, startAt, input)
  queueMicrotask(() => machinery.drive(child))
}

/** Starts the next item of a Map, if there is one. */
export function startNextItem(machinery: Machinery, parent: Frame): void {
  const { children, execution } = parent
  const state = stateOf(parent)
  if (!children || state.type !== 'Map' || children.next >= children.count) return
  children.items ??= execution.keeper.itemsOf(parent) as Json[]
  const index = children.next
  children.next += 1
  startChild(machinery, parent, index, state.startAt, children.items[index] as Json)
}

/** A branch or item has come to its end. */
export function finishChild(machinery: Machinery, frame: Frame, output: Json): void {
  const { execution } = frame
  const parent = frame.parent as Frame
  const children = parent.children
  if (!children) throw new Error(`The frame above ${frame.state} has no children`)
  const isItem = stateOf(parent).type === 'Map'
  if (isItem)
    note(
      frame,
      machinery.clock.now(),
      'MapIterationSucceeded',
      iteration('Succeeded', parent, frame.position),
    )
  frame.phase = 'done'
  frame.output = output
  frame.alive = false
  // Nobody reads the variables of an ended scope.
  execution.variableBytes -= frame.variableBytes
  frame.variableBytes = 0
  execution.keeper.touch(frame)
  execution.keeper.touch(parent)
  children.remaining -= 1
  if (children.remaining === 0) {
    finishParent(machinery, parent)
    return
  }
  if (isItem) startNextItem(machinery, parent)
}

function finishParent(machinery: Machinery, parent: Frame): void {
  const { execution } = parent
  const outputs = execution.keeper.outputsOf(parent) as Json[]
  const { type } = stateOf(parent)
  const below = execution.keeper.below(execution, parent).map(({ id }) => id)
  execution.keeper.drop(execution, below)
  parent.children = null
  note(parent, machinery.clock.now(), `${type}StateSucceeded`)
  settle(parent, { result: outputs })
  queueMicrotask(() => machinery.drive(parent))
}

/** A branch or item has failed: its siblings end, and the state that holds them fails with its error. */
export function failParent(machinery: Machinery, frame: Frame, { error, cause }: StateError): void {
  const { execution } = frame
  const parent = frame.parent as Frame
  const now = machinery.clock.now()
  const { type } = stateOf(parent)
  if (type === 'Map') note(frame, now, 'MapIterationFailed', iteration('Failed', parent, frame.position))
  // It has told of its own end; `stop` shall not.
  frame.phase = 'done'
  frame.alive = false
  stop(execution, parent, now)
  parent.children = null
  note(parent, now, `${type}StateFailed`)
  settle(parent, { error, cause })
  queueMicrotask(() => machinery.drive(parent))
}

function iteration(word: 'Started' | 'Succeeded' | 'Failed', { state }: Frame, index: number): object {
  return { [`mapIteration${word}EventDetails`]: { name: state, index } }
}
