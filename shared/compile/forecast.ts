import type { Machine } from '../asl/states.ts'
import type { Graph } from '../definitions/graph.ts'
import { countEvents, mostEvents, openLimit } from './history.ts'
import { costOf, type Span, spanOf, type Ways, type Weigh, wayOn, waysOf } from './path-costs.ts'
import { isLast } from './state-graph.ts'

/** One way through the flow's top level. */
export interface ForecastPath {
  /** Steps in the order in which they are entered. */
  steps: string[]
  transitions: number
  cost: number
}

/** What a run of a machine will take, if no step fails that has no `error` row. */
export interface Forecast {
  transitions: Span
  /** Calls of functions. */
  calls: Span
  /** Events of the engine's history at the most. */
  events: number
  cost: Span
  /** The dearest ways; a loop without a bound is counted as one round. */
  paths: ForecastPath[]
  warnings: string[]
}

const shownPaths = 20
/** Ways that are looked at: more are cut off with a warning. */
const walkedPaths = 2000
/** A share of the engine's bound from which on the author is told. */
const nearly = 0.8

/**
 * Counts what a run will take: the fewest and most states entered, calls and costs over all ways, and the dearest ways.
 * `max` is Infinity where a loop has no bound of its author's.
 *
 * @param weigh what entering a state costs besides.
 */
export function forecast(graph: Graph, machine: Machine, weigh: Weigh): Forecast {
  const ways = waysOf(graph, machine)
  const transitions = spanOf(machine, ways, () => 1)
  const events = countEvents(graph, openLimit(graph))
  const { paths, cut } = walk(machine, ways, weigh)
  return {
    transitions,
    calls: spanOf(machine, ways, (use) => (use === 'native' ? 0 : 1)),
    events,
    cost: spanOf(machine, ways, weigh),
    paths,
    warnings: [
      ...unbounded(ways).map((id) => `${id} has no bound of its own: what it costs at the most is not known`),
      ...(transitions.max === Number.POSITIVE_INFINITY && unbounded(ways).length === 0
        ? ['Steps lead back to earlier ones through a wait: how often is not known']
        : []),
      ...(events >= nearly * mostEvents
        ? [`A run may write ${events} of the ${mostEvents} events that the engine bears`]
        : []),
      ...(cut ? [`There are more than ${walkedPaths} ways: not all were looked at`] : []),
    ],
  }
}

function unbounded({ nodes }: Ways): string[] {
  return [...nodes.values()]
    .filter(
      ({ type, params }) =>
        (type === 'while' && params.maxIterations === undefined) ||
        (type === 'each' && params.maxItems === undefined && !Array.isArray(params.items)),
    )
    .map(({ id }) => id)
}

interface Walked {
  name: string
  steps: string[]
  seen: Set<string>
  transitions: number
  cost: number
}

/** Every way from the start to an end, no state twice, the dearest first. */
function walk(machine: Machine, ways: Ways, weigh: Weigh): { paths: ForecastPath[]; cut: boolean } {
  const next = wayOn(machine, ways)
  const found = new Map<string, ForecastPath>()
  const open: Walked[] = [{ name: machine.StartAt, steps: [], seen: new Set(), transitions: 0, cost: 0 }]
  let ended = 0
  for (let at = open.pop(); at !== undefined && ended < walkedPaths; at = open.pop()) {
    const state = machine.States[at.name]
    if (!state || at.seen.has(at.name)) continue
    const steps = ways.nodes.has(at.name) ? [...at.steps, at.name] : at.steps
    const transitions = at.transitions + once(costOf(at.name, state, ways, () => 1))
    const cost = at.cost + once(costOf(at.name, state, ways, weigh))
    if (isLast(state)) {
      ended++
      keepDearest(found, { steps, transitions, cost })
      continue
    }
    const seen = new Set([...at.seen, at.name])
    for (const name of next(at.name)) open.push({ name, steps, seen, transitions, cost })
  }
  const paths = [...found.values()].sort((a, b) => b.cost - a.cost || b.transitions - a.transitions)
  return { paths: paths.slice(0, shownPaths), cut: ended === walkedPaths }
}

function once({ min, max }: Span): number {
  return max === Number.POSITIVE_INFINITY ? min : max
}

/** Ways that differ in helper states alone are one. */
function keepDearest(found: Map<string, ForecastPath>, path: ForecastPath): void {
  const key = path.steps.join(' ')
  if ((found.get(key)?.cost ?? -1) < path.cost) found.set(key, path)
}
