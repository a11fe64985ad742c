import type { Expressions } from '../asl/states.ts'
import type { States } from '../steps/define.ts'
import { leavesLast, type Spot, type Zone } from './frame.ts'
import type { Plan } from './plan.ts'

/** What all states of one machine are written with. */
export interface Shop {
  plan: Plan
  /** Name of the function that tasks call, and of the one that runs scripts. */
  stepFunction: string
  scriptFunction: string
  names: StateNames
  /** Where a failed item of a list goes on, by body. */
  caught: Map<Zone, string>
  /** The Fail state of an item or a branch, by body. */
  raised: Map<Zone, string>
  /** Where a loop asks whether it goes on, by body. */
  checks: Map<Zone, string>
  /** Steps that end the run: JSONata of the variable with their output, or null where `outputs` has it. */
  enders: Map<string, string | null>
  /** Writes the states of a body. */
  write(zone: Zone): States
}

/** Variables that a state assigns. */
export type Assign = { [variable: string]: Expressions }

/** Gives out names for states that are not steps. A step keeps its id whatever it is. */
export interface StateNames {
  init: string
  finish: string
  failed: string
  failedEnd: string
  /** `<id>_<word>`, or the next free name. */
  helper(id: string, word: string): string
}

/** Names that no step has. */
export function stateNames(ids: Iterable<string>): StateNames {
  const taken = new Set(ids)
  const free = (name: string): string => {
    let next = name
    while (taken.has(next)) next += '_'
    taken.add(next)
    return next
  }
  return {
    init: free('init'),
    finish: free('finish'),
    failed: free('failed'),
    failedEnd: free('failed_end'),
    helper: (id, word) => free(`${id}_${word}`),
  }
}

/** The variables that take a step's result; none for a silent step. */
export function assignResult(spot: Spot, result: Expressions): Assign {
  if (spot.step.silent) return {}
  const last = leavesLast(spot) ? [`${spot.zone.frame.prefix}last`] : []
  const names = [spot.variable, ...spot.aliases, ...last]
  return Object.fromEntries(names.map((name) => [name, result]))
}
