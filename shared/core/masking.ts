import type { Json } from '../world.ts'
import { hidden } from './hidden.ts'

/** Shorter values would mask ordinary text. */
const shortest = 4

/** Replaces known values by `•••` wherever they stand, however they are written. */
export interface Mask {
  text(text: string): string
  json(value: Json): Json
}

/** Masks these values, plain and as they stand inside URLs, JSON, base64 and hex (aws.md 4.2). */
export function maskOf(values: string[]): Mask {
  const forms = [...new Set(values.filter((value) => value.length >= shortest).flatMap(formsOf))]
    .filter((form) => form.length >= shortest)
    // The longest first: a form may be part of another.
    .sort((a, b) => b.length - a.length)
  const text = (given: string) => forms.reduce((left, form) => left.replaceAll(form, hidden), given)
  const json = (value: Json): Json => {
    if (typeof value === 'string') return text(value)
    if (typeof value === 'number' && forms.includes(String(value))) return hidden
    if (Array.isArray(value)) return value.map(json)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [text(name), json(member)]))
  }
  return forms.length === 0 ? { text: (given) => given, json: (value) => value } : { text, json }
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8')
  const url = encodeURIComponent(value)
  const quoted = JSON.stringify(value).slice(1, -1)
  return [
    value,
    url,
    url.replaceAll('%20', '+'),
    url.toLowerCase(),
    quoted,
    JSON.stringify(quoted).slice(1, -1),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => base64At(bytes, offset)),
  ]
}

/** The characters that the value alone decides when it stands `offset` bytes after the start of a group of three. */
function base64At(bytes: Buffer, offset: number): string[] {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes])
  const skip = [0, 2, 3][offset] ?? 0
  const whole = Math.floor((padded.length * 8) / 6)
  const text = padded.toString('base64').slice(skip, whole)
  return [text, text.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(text)]
}
