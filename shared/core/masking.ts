import type { Json } from '../world.ts'
import { hidden } from './hidden.ts'
import { writtenForms } from './written-forms.ts'

/** Shorter values would mask ordinary text. */
const shortest = 4

/** Replaces known values by `•••` wherever they stand, however they are written. */
export interface Mask {
  text(text: string): string
  json(value: Json): Json
}

/** Masks these values, plain and as they stand inside URLs, JSON, HTML, base64 and hex (aws.md 4.2). */
export function maskOf(values: string[]): Mask {
  const forms = [...new Set(values.filter((value) => value.length >= shortest).flatMap(writtenForms))]
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
