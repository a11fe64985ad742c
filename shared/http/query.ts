import * as z from 'zod'
import { Fault } from '../faults.ts'
import { issuesOf } from './issues.ts'
import type { Route } from './route.ts'

/** Whole number of a query, in plain digits and within bounds. */
export function digits(low: number, high: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'give a whole number in plain digits')
    .transform(Number)
    .refine((value) => value >= low && value <= high, `give a number from ${low} to ${high}`)
}

/** `true` or `false` of a query. */
export const flag = z.enum(['true', 'false']).transform((word) => word === 'true')

/**
 * Reads the query by the route's schema. A parameter may be given several times only where the schema takes a list.
 *
 * @throws {Fault} `invalid_request` naming the parameter.
 */
export function readQuery(route: Route, query: string): unknown {
  const given: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(query)) {
    const before = given[name]
    given[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  }
  // Read by readPatience.
  if (route.waits !== undefined) delete given.wait
  const read = route.query.safeParse({ ...given }, { reportInput: true })
  if (read.success) return read.data
  const issues = issuesOf(read.error).map(({ path, code, message, ...issue }) => {
    const name = path.slice(1)
    // Only what may come once is of the wrong type because it came more often.
    const twice = code === 'invalid_type' && Array.isArray(given[name])
    return { ...issue, path: `?${name}`, code, message: twice ? `${name}: give it once` : message }
  })
  throw new Fault('invalid_request', `The query is not right: ${issues[0]?.message ?? ''}`, { issues })
}
