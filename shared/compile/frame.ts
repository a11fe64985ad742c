import type { Node, Scope } from '../definitions/graph.ts'
import type { StepType } from '../steps/define.ts'
import { valueRows } from '../steps/value-rows.ts'

/**
 * A set of variables: the run's own, one item's, or one branch's. The engine lets an inner one read the outer and forbids
 * it to assign or reuse a name, hence the prefix. A `while` body shares its surroundings' frame.
 */
export interface Frame {
  /** Before every variable name: empty for the run's own, else `b1_` and so on. */
  prefix: string
  outer: Frame | null
  /** Every step whose variables lie here, loop bodies included. */
  spots: Spot[]
  /** The variable that holds what an expression means by a step's output name. */
  outputs: Map<string, string>
  /** The variable of the latest output of a type, by context name, e.g. `approval`. */
  latest: Map<string, string>
}

/** Steps that run one after another: the run, a body, or a branch. */
export interface Zone {
  kind: 'run' | 'loop' | 'item' | 'branch'
  scope: Scope
  frame: Frame
  /** The step whose body this is. */
  container: Spot | null
  /** JSONata of the names that a body adds, e.g. `item`. */
  names: Map<string, string>
  /** JSONata of the path of loop indexes; null outside loops. */
  iteration: string | null
}

/** A step at its place. */
export interface Spot {
  node: Node
  step: StepType
  zone: Zone
  /** Its result. */
  variable: string
  /** Further variables that take its result: an output name that several steps share, the latest of its type. */
  aliases: string[]
  /** True if no work or wait step lies between the start and this one. */
  first: boolean
  /** JSONata for `last`: what the step before left. */
  last: string
  /** By body name. */
  bodies: Map<string, Zone>
}

/** Characters that a variable name may hold. */
export function variableWord(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '_')
}

/** The step that the outcome leads to; null = the end of the scope. */
export function targetOf({ node, step, zone }: Spot, outcome: string): string | null {
  const row = node.next[outcome]
  if (row !== undefined) return row
  if (step.outcomesAreSteps && zone.scope.nodes[outcome]) return outcome
  return node.next.default ?? null
}

/** True for a step with an output that no function records: it is known from `seen` alone. */
export function isNative({ step }: Spot): boolean {
  return (step.kind === 'control' || 'unrecorded' in step) && !step.silent
}

/** True for a step that no function records: the trace alone tells that it was entered. */
export function isUnrecorded({ step }: Spot): boolean {
  return step.kind === 'control' || step.kind === 'end' || 'unrecorded' in step
}

/** True if what the step gives is what `last` means after it; false for one that only chooses the way on. */
export function leavesLast({ step, node }: Spot): boolean {
  return !step.silent && !(step.outcomesAreValues && valueRows(node.next).length > 0)
}

/** True for a step that stands still until somebody or something answers. */
export function isHeld({ step, node }: Spot): boolean {
  return step.kind === 'wait' || 'subflow' in step || step.turns?.waits(node.params) === true
}
