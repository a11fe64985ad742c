import type { Machine } from '../asl/states.ts'
import type { Graph } from '../definitions/graph.ts'
import type { States } from '../steps/define.ts'
import { CompileError } from './compile-error.ts'
import type { Zone } from './frame.ts'
import { checkHistory } from './history.ts'
import { canWait, machineKinds } from './kind.ts'
import { initState, lastStates } from './last-states.ts'
import { placeOf } from './place.ts'
import { planGraph } from './plan-graph.ts'
import { reachable } from './reachable.ts'
import { dropUnread, readsOf } from './reads.ts'
import { type Shop, stateNames } from './shop.ts'

/** What a machine depends on besides its graph. */
export interface CompileOptions {
  kind: 'standard' | 'express'
  /** Unqualified name of the step function: `<stage>-sluice-step`. */
  stepFunction: string
  /** The same of the script function: `<stage>-sluice-script`. */
  scriptFunction: string
}

/** Longest run of an Express machine, in seconds: below the engine's own 300. */
const expressSeconds = 290
const hour = 3600
const thirtyDays = 2_592_000
/** The engine's own limit. */
const year = 31_536_000

/**
 * Writes a checked graph as a state machine: no clock, no ids, no network, so the same graph gives the same bytes
 * (flow-language.md §4, aws.md 2.2). It knows no step by name; it asks each step to write its own states.
 *
 * @throws {CompileError} for a graph that no machine can run: `too_many_events`, `same_variable`, `secret_in_expression`,
 *   `standard_only`.
 */
export function compile(graph: Graph, { kind, stepFunction, scriptFunction }: CompileOptions): Machine {
  refuse(graph, kind)
  const plan = planGraph(graph)
  const shop: Shop = {
    plan,
    stepFunction,
    scriptFunction,
    names: stateNames(plan.spots.keys()),
    caught: new Map(),
    raised: new Map(),
    checks: new Map(),
    enders: new Map(),
    write: (zone) => zoneStates(zone, shop),
  }
  const { init } = shop.names
  const steps = zoneStates(plan.root, shop)
  const written: States = { ...steps, ...lastStates(shop) }
  const { States } = reachable({ StartAt: graph.start, States: written })
  dropUnread(States, readsOf(States))
  const first = { [init]: initState(shop) }
  return {
    QueryLanguage: 'JSONata',
    StartAt: init,
    TimeoutSeconds: secondsOf(graph, kind),
    States: { ...first, ...States },
  }
}

/** The states of a scope, in the order in which its steps are written. */
function zoneStates(zone: Zone, shop: Shop): States {
  const states: States = {}
  for (const id of Object.keys(zone.scope.nodes)) {
    const spot = shop.plan.spots.get(id)
    if (spot) Object.assign(states, spot.step.compile(spot.node.params, placeOf(spot, shop)))
  }
  return states
}

function refuse(graph: Graph, kind: CompileOptions['kind']): void {
  const history = checkHistory(graph)
  if (history) throw new CompileError([history])
  const { standardOnly, reasons } = machineKinds(graph)
  if (kind !== 'express' || !standardOnly) return
  const message = `This flow runs on Standard machines only: ${reasons.join(', ')}`
  throw new CompileError([{ path: '/settings/durability', code: 'standard_only', message }])
}

function secondsOf(graph: Graph, kind: CompileOptions['kind']): number {
  const seconds = graph.settings.timeoutSeconds ?? (canWait(graph) ? thirtyDays : hour)
  return Math.min(seconds, kind === 'express' ? expressSeconds : year)
}
