import { ExpressionError } from '../../expressions/error.ts'
import { hasJavaScript, translateJavaScript } from '../../expressions/javascript.ts'
import { pointerOf } from '../../pointer.ts'
import { readSeconds } from '../../steps/params.ts'
import type { Json } from '../../world.ts'
import { errorAt } from '../problem.ts'
import type { Converted } from './dialect.ts'

/** True if the text is a duration such as `2s` in a place where the language wants seconds. */
export function isDurationAt(text: string, path: string[]): boolean {
  const local = path.slice(path.lastIndexOf('nodes') + 1)
  const key = local.at(-1) ?? ''
  const inside = local.indexOf('params')
  // Deeper in params stands the author's own data, which nobody may change.
  if (inside >= 0 && inside !== local.length - 2) return false
  return /^(?:seconds|duration|.*Seconds)$/.test(key) && readSeconds(text) !== null
}

/** Durations of settings, `retry` and `timeoutSeconds` as seconds. */
export function translateDurations(value: Json | undefined, path: string[]): Json | undefined {
  return mapTexts(value, path, (text, at) => (isDurationAt(text, at) ? (readSeconds(text) as number) : text))
}

/** Every `${expr}` of a value as `{{ expr }}`; what cannot be translated is reported. */
export function translateTexts(value: Json, path: string[], converted: Converted, stepId?: string): Json {
  return mapTexts(value, path, (text, at) => translateText(text, pointerOf(at), converted, stepId)) as Json
}

function translateText(
  text: string,
  pointer: string,
  converted: Converted,
  stepId: string | undefined,
): string {
  if (!hasJavaScript(text)) return text
  try {
    const translated = translateJavaScript(text)
    converted.rewritten.add(pointer)
    return translated
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const { code, message, offset } = error
    converted.findings.push({ ...errorAt(pointer, code, message, stepId), offset })
    // One problem is enough: a template in its place keeps the step's own checks quiet.
    return '{{null}}'
  }
}

function mapTexts(
  value: Json | undefined,
  path: string[],
  map: (text: string, path: string[]) => Json,
): Json | undefined {
  if (typeof value === 'string') return map(value, path)
  if (Array.isArray(value))
    return value.map((item, index) => mapTexts(item, [...path, String(index)], map) as Json)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mapTexts(member, [...path, key], map) as Json]),
  )
}
