import { forecast } from '../compile/forecast.ts'
import type { Span } from '../compile/path-costs.ts'
import type { Graph } from '../definitions/graph.ts'
import type { Owner } from '../store/machines.ts'
import type { World } from '../world.ts'
import { compileMachine, type MachineKind } from './machine-of.ts'
import { creditsOf, prices, runParts, usdOf, writeUnits } from './prices.ts'

/** `max` is null where a loop has no known bound. */
export interface OpenSpan {
  min: number
  max: number | null
}

/** What a version says of its runs (dashboard.md §8). */
export interface ShortForecast {
  transitions: OpenSpan
  usdPerThousandRuns: OpenSpan
  credits: OpenSpan
}

/** What a version keeps of its forecast. */
export function shortForecast(world: World, owner: Owner, graph: Graph, kind: MachineKind): ShortForecast {
  return countForecast(world, owner, graph, kind).short
}

/** The whole forecast, and what a version keeps of it. */
export function countForecast(world: World, owner: Owner, graph: Graph, kind: MachineKind) {
  const { machine } = compileMachine(world.settings, owner, graph, kind)
  const { parts } = prices
  const { run, state } = runParts[kind]
  const whole = forecast(graph, machine, (use, type) => {
    if (use === 'wait') return state + parts.wait + parts.write * writeUnits.wait
    if (use !== 'work') return state
    const time = kind === 'express' ? parts['express-100ms'] : 0
    const sent = type === 'email' ? parts.email : 0
    return state + time + parts['function-call'] + parts.write * writeUnits.work + sent
  })
  const cost = { min: whole.cost.min + run, max: whole.cost.max + run }
  const short: ShortForecast = {
    transitions: openSpan(whole.transitions),
    usdPerThousandRuns: openSpan({ min: thousand(cost.min), max: thousand(cost.max) }),
    credits: openSpan({ min: creditsOf(cost.min), max: creditsOf(cost.max) }),
  }
  return { whole, short }
}

/** Infinity stands as null. */
export function openSpan({ min, max }: Span): OpenSpan {
  return { min, max: Number.isFinite(max) ? max : null }
}

/** US$ for a thousand runs, to a hundred-thousandth. */
export function thousand(parts: number): number {
  return Math.round(usdOf(parts) * 1000 * 100_000) / 100_000
}
