import type { Json } from '../shared/world.ts'

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/
const jwt = /^eyJ[\w-]+\.(\.\.|[\w-]+\.[\w-]+)$/

/**
 * A body with what differs from call to call as one word for each kind, so that a printed one and a real one can be compared
 * whole: members, their order, and every other value.
 *
 * @param names what the page prints in place of a real id.
 */
export function asPrinted(value: unknown, names: Record<string, string> = {}): string {
  return JSON.stringify(value, (member, one: Json) => {
    if (member === 'duration' && Number.isInteger(one)) return '<milliseconds>'
    if (typeof one !== 'string') return one
    if (moment.test(one)) return '<moment>'
    if (jwt.test(one)) return '<token>'
    return names[one] ?? one
  })
}
