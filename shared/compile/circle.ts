import type { Expressions } from '../asl/states.ts'
import type { Spot } from './frame.ts'
import type { Shop } from './shop.ts'

/** The states of one step in turns, and the variable that they hand on. */
export interface Circle {
  spot: Spot
  shop: Shop
  /** JSONata of `{talk, calls, next, turn, usage, done, output}`. */
  talk: string
  /** The Choice that every state comes back to. */
  choose: string
  /** JSONata of the call that is next. */
  call: string
  /** The call's place in the step's iteration path. */
  iter: Expressions
}
