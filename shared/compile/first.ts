import type { Spot, Zone } from './frame.ts'
import { isUnrecorded, targetOf } from './frame.ts'

/** Marks the steps that are reached from the start without passing another step that a function records (aws.md 2.6). */
export function markFirst(root: Zone): void {
  const spots = new Map<string, Spot>()
  collect(root, spots)
  const open = [root.scope.start]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const spot = spots.get(id)
    if (!spot || spot.first) continue
    spot.first = true
    for (const body of spot.bodies.values()) open.push(body.scope.start)
    if (isUnrecorded(spot)) open.push(...successors(spot))
  }
}

function collect(zone: Zone, spots: Map<string, Spot>): void {
  for (const spot of zone.frame.spots) {
    spots.set(spot.node.id, spot)
    for (const body of spot.bodies.values()) if (body.frame !== zone.frame) collect(body, spots)
  }
}

/** Ids of the steps that may come next in the same scope. */
export function successors(spot: Spot): string[] {
  const outcomes = ['default', ...spot.step.outcomes(spot.node.params), ...Object.keys(spot.node.next)]
  const targets = outcomes.map((outcome) => targetOf(spot, outcome)).filter((id) => id !== null)
  return [...new Set(targets)]
}
