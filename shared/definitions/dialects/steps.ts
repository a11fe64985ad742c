import type { Json, JsonObject } from '../../world.ts'
import { errorAt, type Finding } from '../problem.ts'
import { dictionary, isObject } from '../reading.ts'
import { unknownKey } from '../schema-findings.ts'
import type { Converted, Dialect } from './dialect.ts'

const types: Record<string, string> = { Final: 'final' }
const stepKeys = [
  'id',
  'type',
  'name',
  'data',
  'nextStepId',
  'rejectNextStepId',
  'output',
  'retry',
  'timeoutSeconds',
  'next',
]
const kept = ['name', 'output', 'retry', 'timeoutSeconds']

/** Seed 001: a list of `steps` that name their successors. */
export const steps: Dialect = {
  name: 'steps',
  recognises: (document) => Array.isArray(document.steps) && document.nodes === undefined,
  convert(document) {
    const { steps: list, name, description, ...rest } = document
    const converted: Converted & { document: JsonObject } = {
      document: rest,
      findings: [],
      moved: new Map([['/nodes', '/steps']]),
      rewritten: new Set(),
    }
    liftName(converted, { name, description })
    const nodes = dictionary<Json>()
    for (const [index, step] of (list as Json[]).entries())
      convertStep(step, `/steps/${index}`, nodes, converted)
    converted.document.nodes = nodes
    return converted
  },
}

/** `name` and `description` at the top are the flow's, if `metadata` says nothing. */
function liftName(
  { document, moved }: Converted,
  words: { name: Json | undefined; description: Json | undefined },
): void {
  const metadata = document?.metadata ?? {}
  if (document === null || !isObject(metadata)) return
  const lifted = { ...metadata }
  for (const [key, value] of Object.entries(words))
    if (value !== undefined && lifted[key] === undefined) {
      lifted[key] = value
      moved.set(`/metadata/${key}`, `/${key}`)
    }
  document.metadata = lifted
}

function convertStep(
  step: Json,
  origin: string,
  nodes: Record<string, Json>,
  { findings, moved }: Converted,
): void {
  if (!isObject(step))
    return void findings.push(errorAt(origin, 'invalid_type', 'A step is an object with id and type'))
  const { id } = step
  if (typeof id !== 'string' || id === '')
    return void findings.push(errorAt(`${origin}/id`, 'required', 'A step needs an id'))
  if (Object.hasOwn(nodes, id))
    return void findings.push(
      errorAt(`${origin}/id`, 'duplicate_id', `The step id ${id} is used twice in this flow`, id),
    )
  findings.push(...unknownKeys(step, origin, id))

  const pointer = `/nodes/${id.replaceAll('~', '~0').replaceAll('/', '~1')}`
  moved.set(pointer, origin)
  moved.set(`${pointer}/params`, `${origin}/data`)
  const node: JsonObject = Object.fromEntries(
    kept.filter((key) => step[key] !== undefined).map((key) => [key, step[key] as Json]),
  )
  if (step.type !== undefined)
    node.type =
      typeof step.type === 'string' && Object.hasOwn(types, step.type)
        ? (types[step.type] as string)
        : step.type
  if (step.data !== undefined && step.data !== null)
    node.params =
      node.type === 'final' ? finalParams(step.data, `${pointer}/params`, `${origin}/data`, moved) : step.data
  const next = nextOf(step, `${pointer}/next`, origin, moved)
  if (next !== undefined) node.next = next
  nodes[id] = node
}

function unknownKeys(step: JsonObject, origin: string, id: string): Finding[] {
  return Object.keys(step)
    .filter((key) => !stepKeys.includes(key))
    .map((key) => errorAt(`${origin}/${key}`, 'unknown_key', unknownKey(key, stepKeys), id))
}

/** `nextStepId` is the row `default`, `rejectNextStepId` the row `reject`; a `next` beside them adds other outcomes. */
function nextOf(
  step: JsonObject,
  pointer: string,
  origin: string,
  moved: Map<string, string>,
): Json | undefined {
  const { next } = step
  if (next !== undefined && next !== null && !isObject(next)) return next
  const rows = Object.entries({ default: 'nextStepId', reject: 'rejectNextStepId' }).flatMap(
    ([outcome, key]) => {
      const target = step[key]
      if (target === undefined || target === null || target === '') return []
      moved.set(`${pointer}/${outcome}`, `${origin}/${key}`)
      if (!isObject(next)) moved.set(pointer, `${origin}/${key}`)
      return [[outcome, target] as const]
    },
  )
  return rows.length === 0 ? next : { ...next, ...Object.fromEntries(rows) }
}

/** A list of `{Name, Output}` becomes the object `outputs`. */
function finalParams(data: Json, pointer: string, origin: string, moved: Map<string, string>): Json {
  const inner =
    isObject(data) && Array.isArray(data.outputs)
      ? { list: data.outputs, at: `${origin}/outputs` }
      : undefined
  const { list, at } = inner ?? { list: data, at: origin }
  if (!Array.isArray(list) || !list.every(isOutput)) return data
  const outputs = dictionary<Json>()
  moved.set(`${pointer}/outputs`, at)
  for (const [index, { Name, name, Output, output }] of list.entries()) {
    const key = String(Name ?? name)
    outputs[key] = Output ?? output ?? null
    moved.set(
      `${pointer}/outputs/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      `${at}/${index}/${Output === undefined ? 'output' : 'Output'}`,
    )
  }
  return { outputs }
}

function isOutput(item: Json): item is JsonObject {
  return isObject(item) && typeof (item.Name ?? item.name) === 'string'
}
