import { partsOf, pointerOf } from '../pointer.ts'
import { type Notice, parseStrict } from '../strict-json.ts'
import type { Written } from './graph.ts'
import { parseYaml } from './yaml.ts'

/** A place in a text; both count from 1, columns in UTF-16 units. */
export interface Place {
  line: number
  column: number
}

/** Where the values of a document stand in its text. */
export interface Places {
  /**
   * The place of the member or item at a JSON pointer; of the closest one around it if there is none.
   *
   * @param offset index into the text at the pointer, and `value` that text, for a place inside it.
   */
  find(pointer: string, inside?: { value: string; offset: number }): Place
}

/** Reads the text once more, this time for the places. The text must be one that is read without an error. */
export function placesOf({ text, format }: Pick<Written, 'text' | 'format'>): Places {
  const found = new Map<string, { key: number; value: number }>()
  const notice: Notice = (path, key, value) => found.set(pointerOf(path), { key, value })
  if (format === 'json') parseStrict(text, notice)
  else parseYaml(text, notice)
  const lines = lineStarts(text)

  return {
    find(pointer, inside) {
      const parts = partsOf(pointer)
      for (let length = parts.length; length > 0; length--) {
        const at = found.get(pointerOf(parts.slice(0, length)))
        if (at === undefined) continue
        const offset =
          inside !== undefined && length === parts.length ? insideOf(text, at.value, inside) : at.key
        return placeIn(lines, offset)
      }
      return { line: 1, column: 1 }
    },
  }
}

/** The place of an index into a text. */
export function placeAt(text: string, offset: number): Place {
  return placeIn(lineStarts(text), offset)
}

/** Exact where the text stands in the document as it is; else where its words stand; else where it begins. */
function insideOf(text: string, start: number, { value, offset }: { value: string; offset: number }): number {
  const before = value.slice(0, offset)
  for (const quote of [0, 1]) if (text.startsWith(before, start + quote)) return start + quote + offset
  const words = (value.slice(offset).split('\n')[0] ?? '').slice(0, 40)
  const at = words === '' ? -1 : text.indexOf(words, start)
  return at < 0 ? start : at
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function placeIn(starts: number[], offset: number): Place {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: offset - (starts[low] as number) + 1 }
}
