import type { Frame, Spot, Zone } from './frame.ts'
import { leavesLast, targetOf } from './frame.ts'

/** Ways on that leave no output behind. */
const withoutOutput = new Set(['error', 'timeout'])

/**
 * Finds out what `last` means at each step: where only one step can have left it, that step's variable; else the
 * variable `last`, which every step then assigns.
 */
export function traceLast(zone: Zone, entry: string): void {
  const { frame } = zone
  const many = `$${frame.prefix}last`
  const known = new Map<string, string>()
  const byId = new Map(frame.spots.map((spot) => [spot.node.id, spot]))
  const open: string[] = []
  const arrive = (id: string, source: string) => {
    const before = known.get(id)
    const after = before === undefined || before === source ? source : many
    if (after === before) return
    known.set(id, after)
    open.push(id)
  }
  arrive(zone.scope.start, entry)
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const spot = byId.get(id)
    if (spot) leave(spot, known.get(id) as string, arrive)
  }
  for (const spot of frame.spots) spot.last = known.get(spot.node.id) ?? many
  for (const spot of frame.spots) traceBodies(spot, frame)
}

function traceBodies(spot: Spot, frame: Frame): void {
  for (const body of spot.bodies.values()) if (body.frame !== frame) traceLast(body, spot.last)
}

function leave(spot: Spot, before: string, arrive: (id: string, source: string) => void): void {
  const after = leavesLast(spot) ? `$${spot.variable}` : before
  for (const body of spot.bodies.values()) if (body.kind === 'loop') arrive(body.scope.start, before)
  const outcomes = ['default', ...spot.step.outcomes(spot.node.params), ...Object.keys(spot.node.next)]
  for (const outcome of outcomes) {
    const row = spot.node.next[outcome] !== undefined
    if (withoutOutput.has(outcome) && !row) continue
    const target = spot.step.kind === 'end' ? null : targetOf(spot, outcome)
    const source = withoutOutput.has(outcome) ? before : after
    if (target !== null) arrive(target, source)
    else endRound(spot.zone, source, arrive)
  }
}

/** The end of a loop's body is followed by its next round. */
function endRound(zone: Zone, source: string, arrive: (id: string, source: string) => void): void {
  if (zone.kind === 'loop') arrive(zone.scope.start, source)
}
