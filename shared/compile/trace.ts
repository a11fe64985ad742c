import { expression, literalText } from '../asl/expression.ts'
import type { Expressions } from '../asl/states.ts'
import { type Frame, isHeld, isNative, isUnrecorded, type Spot } from './frame.ts'
import { messageOf } from './messages.ts'
import { framesOf } from './names.ts'
import type { Plan } from './plan.ts'
import type { Assign } from './shop.ts'

const entered = '$states.context.State.EnteredTime'

/**
 * The trace tells when the steps that no function records were entered; working and waiting steps are recorded by the
 * function itself. It is kept only where something will send it.
 */
export function assignTrace(spot: Spot, plan: Plan): Assign {
  if (!isTraced(spot, plan)) return {}
  return { [traceVariable(spot.zone.frame)]: expression(traceWith(spot, [])) }
}

/** The same before a catcher: the trace tells what a script failed with too, since its function records nothing. */
export function assignFailedTrace(spot: Spot, plan: Plan): Assign {
  if (!('unrecorded' in spot.step) || !isTraced(spot, plan)) return {}
  const { node, zone } = spot
  const error = `"error": $states.errorOutput.Error, "cause": ${messageOf('$states.errorOutput')}`
  const own = `{${literalText(node.id)}: {"at": ${entered}, ${error}}}`
  return { [traceVariable(zone.frame)]: expression(`$merge([$${traceVariable(zone.frame)}, ${own}])`) }
}

/** JSONata of the frame's trace with this step, and with what its branches have left. */
export function traceWith({ node, zone }: Spot, more: string[]): string {
  const own = `{${literalText(node.id)}: ${entered}}`
  return `$merge([${[`$${traceVariable(zone.frame)}`, own, ...more].join(', ')}])`
}

/** True for a step that the trace of its frame tells of. */
export function isTraced(spot: Spot, plan: Plan): boolean {
  return isUnrecorded(spot) && keepsTrace(spot.zone.frame, plan)
}

/** True if the frame has a trace of its own. */
export function keepsTrace(frame: Frame, plan: Plan): boolean {
  return plan.traced.has(frame)
}

/**
 * The frames whose trace somebody will send: the run's own, those with a wait inside, and branches, which hand theirs on.
 */
export function tracedFrames(spots: Iterable<Spot>): Set<Frame> {
  const traced = new Set<Frame>()
  const held = new Set<Frame>()
  for (const spot of spots) if (isHeld(spot)) for (const frame of framesOf(spot.zone.frame)) held.add(frame)
  // Outer frames come first.
  for (const { zone } of spots) {
    const { frame, kind } = zone
    const native = frame.spots.some(isUnrecorded)
    const sent = held.has(frame) || (kind === 'branch' && traced.has(frame.outer as Frame))
    if (frame.outer === null || (native && sent)) traced.add(frame)
  }
  return traced
}

/** The variable of a frame that gathers which native steps were entered, and when. */
export function traceVariable(frame: Frame): string {
  return `${frame.prefix}trace`
}

/** What a wait, and the end of the run, send along. */
export function sendTrace(
  frame: Frame,
  plan: Plan,
): { trace: Expressions; seen: { [id: string]: Expressions } } {
  const frames = framesOf(frame).toReversed()
  const traces = frames.filter((one) => keepsTrace(one, plan)).map((one) => `$${traceVariable(one)}`)
  const trace = traces.length === 1 ? (traces[0] as string) : `$merge([${traces.join(', ')}])`
  return { trace: expression(trace), seen: plan.seesAll ? seenIn(frames) : {} }
}

/** The same at the end of the run, which always tells of all. */
export function sendLastTrace({ root }: Plan): { trace: Expressions; seen: { [id: string]: Expressions } } {
  return { trace: expression(`$${traceVariable(root.frame)}`), seen: seenIn([root.frame]) }
}

/** Most values that all waits of a machine may name together: each costs about 90 bytes of the machine's megabyte. */
const mostNamed = 3000

/** True if every wait can tell of every native step without making the machine too large. */
export function seesAll(spots: Spot[]): boolean {
  return spots.filter(isHeld).length * spots.filter(isNative).length <= mostNamed
}

/** Most characters of one value, and of all together. */
const mostOfOne = 2000
const mostOfAll = 32_000

function seenIn(frames: Frame[]): { [id: string]: Expressions } {
  const native = frames.flatMap(({ spots }) => spots.filter(isNative))
  const cap = Math.min(mostOfOne, Math.floor(mostOfAll / Math.max(1, native.length)))
  return Object.fromEntries(
    native.map(({ node, variable }) => [
      node.id,
      expression(`$length($string($${variable})) <= ${cap} ? $${variable} : {"$omitted": true}`),
    ]),
  )
}
