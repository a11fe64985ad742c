import { pointerOf } from '../../pointer.ts'
import type { Json, JsonObject } from '../../world.ts'
import { isObject } from '../reading.ts'
import type { Converted } from './dialect.ts'
import { nextWith } from './flowrunner-next.ts'
import { translateTexts } from './flowrunner-text.ts'

/** Params that hold a script, and the types that it turns into a script step. */
const holders: Record<string, string[]> = {
  script: ['script', 'transform', 'condition', 'condition_script'],
  condition_script: ['condition', 'script', 'condition_script'],
  code: ['script', 'condition_script'],
}

/** Name of the param that holds the step's script; undefined if it is no script. */
export function scriptIn(type: Json | undefined, params: JsonObject): string | undefined {
  const found = Object.keys(holders).find(
    (name) => params[name] !== undefined && holders[name]?.includes(String(type)),
  )
  return found ?? (type === 'script' || type === 'condition_script' ? 'code' : undefined)
}

/** True for a text in the code of a script step, in which `${}` belongs to JavaScript. */
export function isCodeAt(document: Json, path: string[]): boolean {
  if (path.at(-1) !== 'code' || path.at(-2) !== 'params') return false
  const step = path.slice(0, -2).reduce<Json | undefined>(memberOf, document)
  return isObject(step) && step.type === 'script'
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as JsonObject)[name]
}

/** A step that runs `script` or `condition_script`, as ours: the code stays as it is, all else is translated. */
export function convertScript(
  step: JsonObject,
  name: string,
  path: string[],
  converted: Converted,
): JsonObject {
  const { [name]: code, default_action: fallback, ...others } = step.params as JsonObject
  const at = [...path, 'params']
  const { moved } = converted
  if (name !== 'code') moved.set(pointerOf([...at, 'code']), pointerOf([...at, name]))
  return {
    ...step,
    type: 'script',
    params: {
      ...(translateTexts(others, at, converted, path.at(-1)) as JsonObject),
      ...(code === undefined ? {} : { code }),
    },
    ...nextWith(step.next, fallback, true, path, moved),
  }
}
