import type { Machine, Scope, State } from '../asl/states.ts'
import { components } from '../components.ts'
import type { Graph, Node } from '../definitions/graph.ts'
import { findStep } from '../steps/index.ts'
import { everyNode } from './kind.ts'
import { failureOf, isLast, type StateUse, targetsOf, useOf } from './state-graph.ts'

/** What a state costs: any number that adds up along a path. @param type of the step whose own state it is. */
export type Weigh = (use: StateUse, type: string | undefined) => number

/** The cheapest and the dearest way through; `max` is Infinity where a loop has no bound of its author's. */
export interface Span {
  min: number
  max: number
}

/** What is known of the machine's loops. */
export interface Ways {
  nodes: Map<string, Node>
  /** Where an author's `fail` step may lead, and nothing else. */
  failure: string | undefined
  /** Loops by the state that begins each of their rounds. */
  loops: Map<string, Loop>
}

interface Loop {
  /** The state before the first round. */
  before: string
  /** Most rounds; Infinity if the author set no bound. */
  bound: number
}

/** The ways through a machine, failures that no step of the author's handles left out. */
export function waysOf(graph: Graph, machine: Machine): Ways {
  const nodes = new Map(everyNode(graph).map((node) => [node.id, node]))
  const loops = new Map<string, Loop>()
  for (const scope of everyStates(machine))
    for (const [name, state] of Object.entries(scope.States)) {
      const node = nodes.get(name)
      if (!node || !('Next' in state) || state.Next === undefined) continue
      const turns = findStep(node.type)?.turns
      if (turns) loops.set(state.Next, { before: name, bound: turns.rounds(node.params) })
      if (node.type === 'while')
        loops.set(state.Next, { before: name, bound: numberOr(node.params.maxIterations) })
    }
  return { nodes, failure: failureOf(machine), loops }
}

function everyStates(scope: Scope): Scope[] {
  return [scope, ...Object.values(scope.States).flatMap(innerScopes).flatMap(everyStates)]
}

function innerScopes(state: State): Scope[] {
  if (state.Type === 'Parallel') return state.Branches
  return state.Type === 'Map' ? [state.ItemProcessor] : []
}

function numberOr(value: unknown): number {
  return typeof value === 'number' ? value : Number.POSITIVE_INFINITY
}

/** What a way through a scope costs. */
export function spanOf(scope: Scope, ways: Ways, weigh: Weigh): Span {
  const costs = new Map(
    Object.entries(scope.States).map(([name, state]) => [name, costOf(name, state, ways, weigh)]),
  )
  const next = wayOn(scope, ways)
  const ends = Object.keys(scope.States).filter((name) => isLast(scope.States[name] as State))
  return {
    min: lowest(
      leastCosts(scope.StartAt, next, (name) => costs.get(name)?.min ?? 0),
      ends,
    ),
    max: highest(
      mostCosts(new Set(costs.keys()), scope.StartAt, {
        next,
        cost: (name) => costs.get(name)?.max ?? 0,
        loops: ways.loops,
      }),
      ends,
    ),
  }
}

/** Where a state leads; into the record of a failure, or to the end of a body by one, only from a `fail` step. */
export function wayOn({ States }: Scope, { nodes, failure }: Ways): (name: string) => string[] {
  const isFailure = (target: string) => target === failure || States[target]?.Type === 'Fail'
  return (name) => {
    const state = States[name]
    if (!state) return []
    const mayFail = nodes.get(name)?.type === 'fail' || name === failure
    return targetsOf(state).filter((target) => mayFail || !isFailure(target))
  }
}

/** One visit of a state, with what runs inside it. */
export function costOf(name: string, state: State, ways: Ways, weigh: Weigh): Span {
  const own = weigh(useOf(state), ways.nodes.get(name)?.type)
  const inner = innerScopes(state).map((scope) => spanOf(scope, ways, weigh))
  const rounds = state.Type === 'Map' ? roundsOf(ways.nodes.get(name)) : { min: 1, max: 1 }
  const sum = (end: 'min' | 'max') =>
    inner.reduce((total, span) => total + (rounds[end] === 0 ? 0 : rounds[end] * span[end]), own)
  return { min: sum('min'), max: sum('max') }
}

function roundsOf(node: Node | undefined): Span {
  const { items, maxItems } = node?.params ?? {}
  if (Array.isArray(items)) return { min: items.length, max: items.length }
  return { min: 0, max: numberOr(maxItems) }
}

function lowest(costs: Map<string, number>, ends: string[]): number {
  return Math.min(...ends.map((name) => costs.get(name) ?? Number.POSITIVE_INFINITY))
}

function highest(costs: Map<string, number>, ends: string[]): number {
  return Math.max(0, ...ends.map((name) => costs.get(name) ?? 0))
}

/** Least cost of coming through each state (Dijkstra). */
function leastCosts(
  start: string,
  next: (name: string) => string[],
  cost: (name: string) => number,
): Map<string, number> {
  const least = new Map([[start, cost(start)]])
  const open = new Set([start])
  while (open.size > 0) {
    let nearest: string | undefined
    for (const name of open)
      if (nearest === undefined || (least.get(name) as number) < (least.get(nearest) as number))
        nearest = name
    open.delete(nearest as string)
    for (const target of next(nearest as string)) {
      const through = (least.get(nearest as string) as number) + cost(target)
      if (through >= (least.get(target) ?? Number.POSITIVE_INFINITY)) continue
      least.set(target, through)
      open.add(target)
    }
  }
  return least
}

interface Region {
  next: (name: string) => string[]
  cost: (name: string) => number
  loops: Map<string, Loop>
}

/** Most cost of coming through each state that the start reaches. A loop costs its bound times its dearest round. */
function mostCosts(inside: Set<string>, start: string, region: Region): Map<string, number> {
  const next = (name: string) => region.next(name).filter((target) => inside.has(target))
  const most = new Map<string, number>()
  const arrival = new Map([[start, 0]])
  for (const members of components(inside, next).reverse()) {
    const came = Math.max(...members.map((name) => arrival.get(name) ?? Number.NEGATIVE_INFINITY))
    if (came === Number.NEGATIVE_INFINITY) continue
    const [only = ''] = members
    const isLoop = members.length > 1 || next(only).includes(only)
    const through = came + (isLoop ? loopCost(members, region) : region.cost(only))
    for (const name of members) {
      most.set(name, through)
      for (const target of next(name))
        if (!members.includes(target)) arrival.set(target, Math.max(arrival.get(target) ?? 0, through))
    }
  }
  return most
}

/** Without the state that begins each round there is no way round any more, but for the loops inside. */
function loopCost(members: string[], region: Region): number {
  // A ring that goes through the beginning of a loop is one of the author's own, through a wait.
  const head = members.find((name) => !members.includes(region.loops.get(name)?.before ?? name))
  const bound = region.loops.get(head ?? '')?.bound ?? Number.POSITIVE_INFINITY
  if (head === undefined || bound === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  const body = new Set(members.filter((name) => name !== head))
  const rounds = region
    .next(head)
    .filter((name) => body.has(name))
    .map((first) => Math.max(0, ...mostCosts(body, first, region).values()))
  return bound * (region.cost(head) + Math.max(0, ...rounds)) + region.cost(head)
}
