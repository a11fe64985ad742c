import { ObjectRefusal } from './refuse.ts'

const deleting = /^\s*(?:<\?xml[^>]*\?>)?\s*<Delete(?:\s+xmlns="[^"]*")?>([\s\S]*)<\/Delete>\s*$/
const listed = /\s*<Object>\s*<Key>([^<]+)<\/Key>\s*<\/Object>\s*/y
const quietly = /\s*<Quiet>(true|false)<\/Quiet>\s*/y

/**
 * Reads the body of DeleteObjects: keys, and whether only failures are to be told.
 *
 * @throws {ObjectRefusal} `MalformedXML` for every other form, versions of objects included.
 */
export function readDelete(text: string): { keys: string[]; quiet: boolean } {
  const inner = deleting.exec(text)?.[1]
  if (inner === undefined) throw malformed()
  const keys: string[] = []
  let quiet = false
  for (let at = 0; at < inner.length; ) {
    listed.lastIndex = quietly.lastIndex = at
    const object = listed.exec(inner)
    const told = object ? null : quietly.exec(inner)
    if (object) keys.push(unescaped(object[1]!))
    else if (told) quiet = told[1] === 'true'
    else throw malformed()
    at = object ? listed.lastIndex : quietly.lastIndex
  }
  if (keys.length === 0 || keys.length > 1000) throw malformed()
  return { keys, quiet }
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name as string] ?? whole
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex as string, 16))
  })
}

function malformed(): ObjectRefusal {
  return new ObjectRefusal(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  )
}
