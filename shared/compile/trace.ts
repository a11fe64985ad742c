import { expression, literalText } from '../asl/expression.ts'
import type { Expressions } from '../asl/states.ts'
import { type Frame, isHeld, isNative, type Spot } from './frame.ts'
import { framesOf } from './names.ts'
import type { Plan } from './plan.ts'
import type { Assign } from './shop.ts'

const entered = '$states.context.State.EnteredTime'

/**
 * The trace tells when the steps that call no function were entered; working and waiting steps are recorded by the
 * function itself. It is kept only where something will send it.
 */
export function assignTrace(spot: Spot, plan: Plan): Assign {
  if (!isTraced(spot, plan)) return {}
  return { [traceVariable(spot.zone.frame)]: expression(traceWith(spot, [])) }
}

/** JSONata of the frame's trace with this step, and with what its branches have left. */
export function traceWith({ node, zone }: Spot, more: string[]): string {
  const own = `{${literalText(node.id)}: ${entered}}`
  return `$merge([${[`$${traceVariable(zone.frame)}`, own, ...more].join(', ')}])`
}

/** True for a step that the trace of its frame tells of. */
export function isTraced(spot: Spot, plan: Plan): boolean {
  return (spot.step.kind === 'control' || spot.step.kind === 'end') && keepsTrace(spot.zone.frame, plan)
}

/** True if the frame has a trace of its own that somebody will send. */
export function keepsTrace(frame: Frame, plan: Plan): boolean {
  if (frame.outer === null) return true
  if (!frame.spots.some(({ step }) => step.kind === 'control' || step.kind === 'end')) return false
  if (heldInside(frame, plan)) return true
  return isBranch(frame) && keepsTrace(frame.outer, plan)
}

export function traceVariable(frame: Frame): string {
  return `${frame.prefix}trace`
}

function isBranch(frame: Frame): boolean {
  return frame.spots.some(({ zone }) => zone.kind === 'branch')
}

function heldInside(frame: Frame, plan: Plan): boolean {
  return [...plan.spots.values()].some((spot) => isHeld(spot) && framesOf(spot.zone.frame).includes(frame))
}

/** What a wait, and the end of the run, send along. */
export function sendTrace(
  frame: Frame,
  plan: Plan,
): { trace: Expressions; seen: { [id: string]: Expressions } } {
  const frames = framesOf(frame).toReversed()
  const traces = frames.filter((one) => keepsTrace(one, plan)).map((one) => `$${traceVariable(one)}`)
  const trace = traces.length === 1 ? (traces[0] as string) : `$merge([${traces.join(', ')}])`
  return { trace: expression(trace), seen: seenIn(frames) }
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
