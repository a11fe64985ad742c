import type { JsonObject } from '../world.ts'
import type { Told } from './task-tokens.ts'

/** An answer that was checked and may be claimed. */
export interface CheckedAnswer {
  actor: string
  voter: string
  at: string
  answerHash: string
  told: Told
  outcome: JsonObject
}
