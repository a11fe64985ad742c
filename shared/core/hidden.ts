import type { Json, JsonObject } from '../world.ts'

// Hiding needs no key: what only shows runs is not given the secret that opens them (`infra/grants.ts`).

/** What stands for a value that must not be seen. */
export const hidden = '•••'

/** How a sealed value is made. */
export const header = { alg: 'dir', enc: 'A256GCM', typ: 'sluice-sealed' } as const
const prefix = Buffer.from(JSON.stringify(header)).toString('base64url')
/** Finds them inside a text: compact JWE with a direct key, whose second of five parts is empty. */
export const sealedText = new RegExp(
  `${prefix}\\.\\.[A-Za-z0-9_-]{16}\\.[A-Za-z0-9_-]*\\.[A-Za-z0-9_-]{22}`,
  'g',
)

/** The value with `•••` for everything that is sealed. */
export function hideSealed<T extends Json>(value: T): T {
  return mapTexts(value, (text) => (text.includes(prefix) ? text.replace(sealedText, hidden) : text)) as T
}

/** A step's args as records have them: `•••` for what is sealed, and for the params that it hides. */
export function shownArgs(args: JsonObject, hides: string[] = []): JsonObject {
  const given = hides.filter((name) => Object.hasOwn(args, name) && args[name] !== null)
  return hideSealed({ ...args, ...Object.fromEntries(given.map((name) => [name, hidden])) })
}

/** The same for JSON text; quick if nothing in it is sealed. */
export function readHidden(text: string): Json {
  return JSON.parse(text.includes(prefix) ? text.replace(sealedText, hidden) : text)
}

/** The value with every text in it changed, in a copy. */
export function mapTexts(value: Json, change: (text: string) => Json): Json {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((member) => mapTexts(member, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, change)]))
}
