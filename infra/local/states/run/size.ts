/** Most bytes of an input, output, task payload or result, as UTF-8 JSON text (aws.md 1.2). */
export const payloadLimit = 262_144

/** Most bytes of one variable, and of all that one `Assign` sets. */
export const assignLimit = 262_144

/** Most bytes of all variables of an execution. */
export const variablesLimit = 10 * 1024 * 1024

const known = new WeakMap<object, number>()

/** Length of a value's JSON text in UTF-8 bytes, without writing the text. Values are taken not to change any more. */
export function jsonBytes(value: unknown): number {
  if (typeof value === 'string') return textBytes(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value).length : 4
  if (typeof value === 'boolean') return value ? 4 : 5
  if (typeof value !== 'object' || value === null) return 4
  const before = known.get(value)
  if (before !== undefined) return before
  const bytes = Array.isArray(value) ? listBytes(value) : objectBytes(value)
  known.set(value, bytes)
  return bytes
}

function listBytes(list: unknown[]): number {
  let bytes = 2 + Math.max(0, list.length - 1)
  for (const member of list) bytes += jsonBytes(member)
  return bytes
}

function objectBytes(object: object): number {
  let bytes = 1
  for (const [name, member] of Object.entries(object))
    if (member !== undefined) bytes += textBytes(name) + jsonBytes(member) + 2
  return Math.max(2, bytes)
}

/** Characters that JSON escapes, and lone halves of a pair, which it writes as `\udxxx`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are escaped
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/

function textBytes(text: string): number {
  return escaped.test(text) ? Buffer.byteLength(JSON.stringify(text)) : Buffer.byteLength(text) + 2
}

const texts = new WeakMap<object, string>()

/** A value's JSON text; written once per object, since values do not change. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  let text = texts.get(value)
  if (text === undefined) {
    text = JSON.stringify(value)
    texts.set(value, text)
  }
  return text
}
