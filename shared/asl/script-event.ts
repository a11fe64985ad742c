import type { Json } from '../world.ts'

/**
 * What a compiled machine sends to the script function. Machines outlive releases: members are only ever added, as with
 * step-event.ts.
 */
export interface ScriptEvent {
  v: 1
  kind: 'script'
  /** Id of the run; with the members below it seeds the script's random numbers. */
  run: string
  stepId: string
  /** Path of loop indexes; null outside loops. */
  iter: string | null
  /** The state's `EnteredTime`: the script's only clock, the same over retries. */
  at: string
  /** JavaScript function body. */
  code: string
  input: Json
}
