import type { WaitRow } from '../store/waits.ts'
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

/** What became of an answer: the wait as it stands now. */
export interface Taking {
  wait: WaitRow
  replayed: boolean
  /** The answer was a vote, and the wait stays open. */
  voted?: true
}
