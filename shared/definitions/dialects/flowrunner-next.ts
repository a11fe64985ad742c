import { pointerOf } from '../../pointer.ts'
import type { Json, JsonObject } from '../../world.ts'
import { isObject } from '../reading.ts'

/** `default_action` names an outcome that `next` has a row for, or the step itself; the row becomes the default one. */
export function nextWith(
  next: Json | undefined,
  fallback: Json | undefined,
  taken: boolean,
  path: string[],
  moved: Map<string, string>,
): JsonObject {
  const rows = isObject(next) ? next : {}
  if (fallback === undefined || fallback === null || typeof next === 'string' || rows.default !== undefined)
    return {}
  const row = typeof fallback === 'string' && Object.hasOwn(rows, fallback) ? fallback : undefined
  if (row === undefined) {
    moved.set(pointerOf([...path, 'next', 'default']), pointerOf([...path, 'params', 'default_action']))
    return { next: { ...rows, default: fallback } }
  }
  moved.set(pointerOf([...path, 'next', 'default']), pointerOf([...path, 'next', row]))
  const { [row]: target, ...others } = rows
  return { next: { ...(taken ? rows : others), default: target as Json } }
}
