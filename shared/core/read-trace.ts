import type { Traced } from '../asl/step-event.ts'
import { hideSealed } from './hidden.ts'

/** A visit of a step that no function records, as the machine's trace tells of it. */
export interface TracedVisit {
  stepId: string
  /** RFC 3339, UTC, milliseconds. */
  at: string
  /** What a script failed with, whether the run went on or not. */
  error: { code: string; message: string } | null
}

/** The visits that a stored trace (JSON text) tells of. */
export function readTrace(text = '{}'): TracedVisit[] {
  return Object.entries(JSON.parse(text) as Record<string, Traced>).map(([stepId, told]) => {
    if (typeof told === 'string') return { stepId, at: new Date(told).toISOString(), error: null }
    const error = { code: told.error, message: hideSealed(told.cause) }
    return { stepId, at: new Date(told.at).toISOString(), error }
  })
}
