import type { Json, JsonObject } from '../world.ts'
import { isObject } from './reading.ts'
import { templateSpans } from './template-spans.ts'

/** What stands in an exported document instead of a literal credential. */
export const masked = '•••'

/** Names whose values are credentials wherever they stand: headers, `auth`, query parameters, `secret` of a webhook. */
const credential =
  /^(?:(?:proxy-)?authorization|cookie|bearer|password|passphrase|(?:.*[-_])?token|(?:x[-_])?api[-_]?key|.*secret)$/i
/** A query parameter of that kind in an address. */
const inAddress =
  /([?&](?:api[-_]?key|access[-_]?token|token|secret|password|sig|signature)=)(?!\{\{|\$\{)[^&#\s"'{}]+/gi
/** Longest text that may stand around references, such as `Bearer`. */
const longestScheme = 60
const userInfo = /(:\/\/)[^/?#@:\s{}]*:[^/?#@\s{}]+@/g

/**
 * A member of an object without what only its author may know; anything that is a reference to a secret, or computed, stays.
 *
 * @param around the object that the member stands in.
 */
export function maskMember(key: string, value: Json, around: JsonObject): Json {
  if (isCredential(key, around)) return maskValue(value)
  return typeof value === 'string' ? maskAddress(value) : value
}

/** `{key: "apiKey", value: …}` names its value beside it; what is sealed at the door has no default that may be told. */
function isCredential(key: string, { key: name, type, sensitive }: JsonObject): boolean {
  if (key === 'value' && typeof name === 'string' && credential.test(name)) return true
  if (key === 'default') return type === 'password' || sensitive === true
  return credential.test(key)
}

function maskValue(value: Json): Json {
  if (typeof value === 'number') return masked
  if (typeof value === 'string') return holdsLiteral(value) ? masked : value
  if (Array.isArray(value)) return value.map(maskValue)
  // `apiKey: {header, value}`
  if (isObject(value) && value.value !== undefined) return { ...value, value: maskValue(value.value) }
  return value
}

function maskAddress(text: string): string {
  if (!text.includes('://')) return text
  return text.replace(userInfo, `$1${masked}@`).replace(inAddress, `$1${masked}`)
}

/** True if something of the value stands in the text itself; a scheme such as `Bearer` before a reference is nothing. */
function holdsLiteral(text: string): boolean {
  const spans = templateSpans(text)
  if (spans.length === 0) return text !== ''
  if (spans.some(({ start, end }) => /["']/.test(text.slice(start, end)))) return true
  const starts = [0, ...spans.map(({ end }) => end)]
  const rest = starts
    .map((start, index) => text.slice(start, spans[index]?.start))
    .join(' ')
    .trim()
  return rest.length > longestScheme || !/^(?:[A-Za-z]{1,12}[\s:=,;]*|[\s:=,;]+){0,4}$/.test(rest)
}
