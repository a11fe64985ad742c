import { ExpressionError } from '../expressions/error.ts'
import { hasTemplate, parseTemplate } from '../expressions/template.ts'
import { unparse } from '../expressions/unparse.ts'
import type { Json } from '../world.ts'
import { isObject } from './reading.ts'

/** A place where two values differ; a side that has nothing there is undefined. */
export interface Difference {
  path: string[]
  before: Json | undefined
  after: Json | undefined
}

/**
 * The deepest places where two values differ: member by member, and item by item where lists have the same length. Order of
 * members, and how an expression is spaced, are no difference.
 */
export function differences(
  before: Json | undefined,
  after: Json | undefined,
  path: string[] = [],
): Difference[] {
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...names].flatMap((name) => differences(own(before, name), own(after, name), [...path, name]))
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item, index) => differences(item, after[index], [...path, String(index)]))
  return means(before, after) ? [] : [{ path, before, after }]
}

function own(object: { [member: string]: Json }, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** Lists of different length differ as a whole, so what is left are scalars, or values of different kinds. */
function means(before: Json | undefined, after: Json | undefined): boolean {
  if (before === after) return true
  return typeof before === 'string' && typeof after === 'string' && meaning(before) === meaning(after)
}

/** A text with its expressions printed in one way. */
function meaning(text: string): string {
  if (!hasTemplate(text)) return text
  try {
    return parseTemplate(text)
      .parts.map((part) => (part.type === 'text' ? part.text : `{{${unparse(part.tree)}}}`))
      .join('')
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return text
  }
}
