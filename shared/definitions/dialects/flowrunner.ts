import { hasJavaScript } from '../../expressions/javascript.ts'
import { pointerOf } from '../../pointer.ts'
import { findStep } from '../../steps/index.ts'
import type { Json, JsonObject } from '../../world.ts'
import { isObject } from '../reading.ts'
import { eachText } from '../texts.ts'
import type { Converted, Dialect } from './dialect.ts'
import { nextWith } from './flowrunner-next.ts'
import { convertScript, isCodeAt, scriptIn } from './flowrunner-script.ts'
import { isDurationAt, translateDurations, translateTexts } from './flowrunner-text.ts'

const words = ['condition', 'default_action', 'script', 'condition_script']

/** Seed 003's YAML: `nodes` as ours, with `${expr}`, durations such as `2s`, and `conditions` with `default_action`. */
export const flowrunner: Dialect = {
  name: 'flowrunner',
  recognises: ({ nodes, settings }) => isObject(nodes) && usesFeature({ nodes, settings: settings ?? null }),
  convert(document) {
    const converted: Converted = { document: null, findings: [], moved: new Map(), rewritten: new Set() }
    const settings = translateDurations(document.settings, ['settings'])
    converted.document = {
      ...document,
      ...(settings === undefined ? {} : { settings: translateTexts(settings, ['settings'], converted) }),
      nodes: convertNodes(document.nodes as JsonObject, ['nodes'], converted),
    }
    return converted
  },
}

function usesFeature(document: JsonObject): boolean {
  let found = false
  eachText(document, (text, path) => {
    const key = path.at(-1) ?? ''
    // In the code of our own script steps a dollar and a brace are JavaScript's.
    found ||= (hasJavaScript(text) && !isCodeAt(document, path)) || isDurationAt(text, path)
    found ||= words.includes(key) || (key === 'type' && text === 'condition_script')
  })
  return found
}

function convertNodes(nodes: JsonObject, path: string[], converted: Converted): JsonObject {
  return mapMembers(nodes, (step, id) =>
    isObject(step) ? convertStep(step, [...path, id], converted) : step,
  )
}

function convertStep(step: JsonObject, path: string[], converted: Converted): JsonObject {
  const { params, ...rest } = step
  const outer = translateDurations(rest, path) as JsonObject
  if (!isObject(params)) return params === undefined ? outer : { ...outer, params }
  const code = scriptIn(step.type, params)
  if (code !== undefined) return convertScript({ ...outer, params }, code, path, converted)

  const renamed = renameParams({ ...outer, params }, path, converted)
  const { bodies, plain } = splitBodies(renamed.params as JsonObject, step.type)
  const at = [...path, 'params']
  return {
    ...renamed,
    params: {
      ...(translateTexts(plain, at, converted, path.at(-1)) as JsonObject),
      ...mapMembers(bodies, (value, key) => convertBodies(value, key, at, converted)),
    },
  }
}

/** `body` and `branches` hold steps only where the type says so: http.request has a body too. */
function splitBodies(params: JsonObject, type: Json | undefined): { bodies: JsonObject; plain: JsonObject } {
  const { body, branches, ...plain } = params
  if (typeof type !== 'string' || findStep(type)?.bodies === undefined) return { bodies: {}, plain: params }
  const bodies = { ...(body === undefined ? {} : { body }), ...(branches === undefined ? {} : { branches }) }
  return { bodies, plain }
}

function convertBodies(value: Json, key: string, path: string[], converted: Converted): Json {
  if (!isObject(value)) return value
  if (key === 'branches')
    return mapMembers(value, (body, name) => convertBody(body, [...path, key, name], converted))
  return convertBody(value, [...path, key], converted)
}

function convertBody(body: Json, path: string[], converted: Converted): Json {
  if (!isObject(body) || !isObject(body.nodes)) return body
  return { ...body, nodes: convertNodes(body.nodes, [...path, 'nodes'], converted) }
}

/** The params that this dialect names otherwise, under our names. */
function renameParams(step: JsonObject, path: string[], { moved }: Converted): JsonObject {
  const params = step.params as JsonObject
  const at = [...path, 'params']
  if (Array.isArray(params.conditions)) return withCases(step, params.conditions, path, moved)
  const { duration, ...others } = params
  const holds = step.type === 'delay' || step.type === 'wait'
  if (!holds || duration === undefined || params.seconds !== undefined) return step
  moved.set(pointerOf([...at, 'seconds']), pointerOf([...at, 'duration']))
  return { ...step, params: { ...others, seconds: duration } }
}

/** `conditions: [{condition, action}]` are cases; `default_action` is the row that no case takes. */
function withCases(
  step: JsonObject,
  conditions: Json[],
  path: string[],
  moved: Map<string, string>,
): JsonObject {
  const at = [...path, 'params']
  const { conditions: _, default_action: fallback, ...others } = step.params as JsonObject
  moved.set(pointerOf([...at, 'cases']), pointerOf([...at, 'conditions']))
  const cases = conditions.map((entry, index) => {
    if (!isObject(entry)) return entry
    const { condition: when, action: to, ...more } = entry
    moved.set(
      pointerOf([...at, 'cases', index, 'when']),
      pointerOf([...at, 'conditions', index, 'condition']),
    )
    moved.set(pointerOf([...at, 'cases', index, 'to']), pointerOf([...at, 'conditions', index, 'action']))
    return { ...more, ...(when === undefined ? {} : { when }), ...(to === undefined ? {} : { to }) }
  })
  const taken = cases.some((one) => isObject(one) && one.to === fallback)
  return { ...step, params: { ...others, cases }, ...nextWith(step.next, fallback, taken, path, moved) }
}

function mapMembers(object: JsonObject, map: (member: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, member]) => [key, map(member, key)]))
}
