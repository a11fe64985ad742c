import { Fault } from '../faults.ts'
import type { HttpRequest } from './exchange.ts'
import type { Route } from './route.ts'

/** Longest wait, in seconds. */
const longest = 25

/** How long the caller waits, and what is said about it (conventions.md §6). */
export interface Patience {
  waitSeconds: number
  headers: Record<string, string>
}

/** The query's `wait` wins over `Prefer`; above 25 counts as 25. @throws {Fault} `invalid_request` */
export function readPatience(route: Route, { query, headers }: HttpRequest): Patience {
  if (route.waits === undefined) return { waitSeconds: 0, headers: {} }
  const [asked, ...more] = route.waitsByHeader ? [] : new URLSearchParams(query).getAll('wait')
  if (asked !== undefined) {
    if (more.length > 0 || !/^\d{1,9}$/.test(asked))
      throw new Fault('invalid_request', 'wait must be a whole number of seconds from 0 to 25', {
        issues: [{ path: '?wait', code: 'not_allowed', message: 'give a number from 0 to 25' }],
      })
    return { waitSeconds: Math.min(Number(asked), longest), headers: {} }
  }
  const preferred = preference(headers.prefer)
  if (preferred === null) return { waitSeconds: route.waits, headers: {} }
  return { waitSeconds: preferred, headers: { 'preference-applied': `wait=${preferred}` } }
}

/** A preference that cannot be read is ignored, as RFC 7240 wants it. */
function preference(header = ''): number | null {
  const words = header
    .toLowerCase()
    .split(/[,;]/)
    .map((word) => word.trim())
  if (words.includes('respond-async')) return 0
  const wait = words
    .map((word) => /^wait=(\d{1,9})$/.exec(word)?.[1])
    .find((seconds) => seconds !== undefined)
  return wait === undefined ? null : Math.min(Number(wait), longest)
}
