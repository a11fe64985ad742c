import { expression } from '../asl/expression.ts'
import type { ParallelState } from '../asl/states.ts'
import type { States } from '../steps/define.ts'
import { catchers } from './errors.ts'
import { type Spot, variableWord } from './frame.ts'
import type { Assign, Shop } from './shop.ts'

/**
 * Expressions that may fail, such as `$error("x")`, in a state that cannot catch. They are evaluated before, by a
 * Parallel with one idle branch, which can: so the failure is the step's own and is told as such.
 */
export interface Guard {
  /** Takes an expression (JSONata) and gives one that reads its value and cannot fail. */
  keep(jsonata: string): string
  /** Puts the evaluation before a state of the step's, if there is anything to evaluate. */
  before(states: States, name: string): States
}

/** A guard for the states of one step. */
export function guardOf(spot: Spot, shop: Shop): Guard {
  const kept: Assign = {}
  const variable = `${spot.zone.frame.prefix}e_${variableWord(spot.node.id)}`
  return {
    keep(jsonata) {
      const name = `v${Object.keys(kept).length}`
      kept[name] = expression(jsonata)
      return `$${variable}.${name}`
    },
    before(states, name) {
      const state = states[name]
      if (!state || Object.keys(kept).length === 0) return states
      const then = shop.names.helper(spot.node.id, 'then')
      const value = shop.names.helper(spot.node.id, 'value')
      return { ...states, [name]: evaluation(spot, kept, variable, value, then, shop), [then]: state }
    },
  }
}

function evaluation(
  spot: Spot,
  kept: Assign,
  variable: string,
  value: string,
  then: string,
  shop: Shop,
): ParallelState {
  return {
    Type: 'Parallel',
    Arguments: kept,
    Branches: [{ StartAt: value, States: { [value]: { Type: 'Pass', End: true } } }],
    Assign: { [variable]: expression('$states.result[0]') },
    Output: {},
    Catch: catchers(spot, shop),
    Next: then,
  }
}
