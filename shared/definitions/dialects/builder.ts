import { pointerOf } from '../../pointer.ts'
import type { Json, JsonObject } from '../../world.ts'
import { errorAt, type Finding } from '../problem.ts'
import { dictionary, isObject } from '../reading.ts'
import { convertComponents, type Executor, executorAt, type Row } from './builder-components.ts'
import { type Executed, executed, isKnown, knownExecutors } from './builder-executors.ts'
import type { Dialect } from './dialect.ts'

/** What each type of step becomes. */
const types: Record<string, string> = {
  VIEW: 'view',
  REDIRECTION: 'redirect',
  WEBAUTHN: 'webauthn',
  INTERNAL_PROMPT: 'prompt',
  EXECUTION: 'prompt',
  END: 'final',
}

/** Seed 000: `flowType` and `steps` of VIEW, REDIRECTION, WEBAUTHN, EXECUTION, END; the first one begins. */
export const builder: Dialect = {
  name: 'builder',
  recognises: ({ flowType, steps }) =>
    typeof flowType === 'string' &&
    Array.isArray(steps) &&
    steps.some((step) => isObject(step) && Object.hasOwn(types, String(step.type))),
  convert(document) {
    const { flowType = null, steps, name, description, metadata, ...rest } = document
    const about = isObject(metadata ?? null) ? (metadata as JsonObject) : {}
    const made: Made = { nodes: dictionary(), findings: [], moved: new Map([['/nodes', '/steps']]) }
    for (const [index, step] of (steps as Json[]).entries())
      convertStep(step, `/steps/${index}`, steps as Json[], made)
    made.moved.set('/triggers/0/flowType', '/flowType')
    const [start] = Object.keys(made.nodes)
    const words = { name: name ?? flowType, ...(description === undefined ? {} : { description }), ...about }
    return {
      document: {
        triggers: [{ type: 'journey', flowType }],
        ...(start === undefined ? {} : { start }),
        ...rest,
        metadata: words,
        nodes: made.nodes,
      },
      findings: made.findings,
      moved: made.moved,
      rewritten: new Set(),
    }
  },
}

interface Made {
  nodes: Record<string, Json>
  findings: Finding[]
  moved: Map<string, string>
}

function convertStep(step: Json, origin: string, steps: Json[], { nodes, findings, moved }: Made): void {
  const wrong = problemOf(step, origin, nodes)
  if (wrong !== null) return void findings.push(wrong)
  const { id, type } = step as JsonObject & { id: string; type: string }
  const pointer = `/nodes${pointerOf([id])}`
  moved.set(pointer, origin)
  moved.set(`${pointer}/params`, `${origin}/data`)
  const { params, rows, executors } = readData(step as JsonObject)
  const done = type === 'EXECUTION' ? doneBy(executors, steps) : null
  for (const { path, name } of done === null ? executors : [])
    findings.push(executorProblem(name, type, `${origin}/data${pointerOf(path)}`, id))
  for (const [outcome, { path }] of Object.entries(rows))
    moved.set(`${pointer}/next${pointerOf([outcome])}`, `${origin}${pointerOf(path)}`)
  const next = Object.fromEntries(Object.entries(rows).map(([outcome, { target }]) => [outcome, target]))
  nodes[id] = {
    type: done?.type ?? (types[type] as string),
    ...kept(step as JsonObject),
    // What an executor would have done has been told of: the rest of its step says nothing by itself.
    params:
      done?.params ?? (executors.length > 0 && type !== 'VIEW' ? standIn(types[type] as string) : params),
    ...(type === 'END' ? {} : { next }),
  }
}

/** Why nothing can be made of a step; null if something can. */
function problemOf(step: Json, origin: string, nodes: Record<string, Json>): Finding | null {
  if (!isObject(step)) return errorAt(origin, 'invalid_type', 'A step is an object with id and type')
  const { id, type } = step
  if (typeof id !== 'string' || id === '') return errorAt(`${origin}/id`, 'required', 'A step needs an id')
  if (Object.hasOwn(nodes, id))
    return errorAt(`${origin}/id`, 'duplicate_id', `The step id ${id} is used twice in this flow`, id)
  if (typeof type === 'string' && Object.hasOwn(types, type)) return null
  const known = Object.keys(types).join(', ')
  return errorAt(`${origin}/type`, 'unknown_type', `The type of a step is one of ${known}`, id)
}

function readData(step: JsonObject): { params: Json; rows: Record<string, Row>; executors: Executor[] } {
  const data = step.data ?? {}
  if (!isObject(data)) return { params: data, rows: nextOf(step), executors: [] }
  const { action, next, components, ...rest } = data
  const rows: Record<string, Row> = {
    ...nextOf(step),
    ...(next === undefined ? {} : { default: { target: next, path: ['data', 'next'] } }),
  }
  const executors: Executor[] = []
  if (isObject(action ?? null)) {
    const { next: target, executor } = action as JsonObject
    if (target !== undefined) rows.default = { target, path: ['data', 'action', 'next'] }
    if (executor !== undefined) executors.push(executorAt(executor, ['action', 'executor']))
  }
  if (components === undefined) return { params: rest, rows, executors }
  const read = convertComponents(components, ['components'])
  return {
    params: { ...rest, components: read.components },
    rows: { ...rows, ...read.rows },
    executors: [...executors, ...read.executors],
  }
}

/** `next` of the step itself: a step id, or an object from outcome to step id. */
function nextOf({ next }: JsonObject): Record<string, Row> {
  if (next === undefined || next === null) return {}
  if (!isObject(next)) return { default: { target: next, path: ['next'] } }
  return Object.fromEntries(
    Object.entries(next).map(([outcome, target]) => [outcome, { target, path: ['next', outcome] }]),
  )
}

/** The step that does what the one executor of a step would do; null if there is none. */
function doneBy(executors: Executor[], steps: Json[]): Executed | null {
  const [executor] = executors
  return executors.length === 1 && executor !== undefined && isKnown(executor.name)
    ? executed(executor.name, steps)
    : null
}

function executorProblem(name: Json, type: string, path: string, id: string): Finding {
  if (isKnown(name) && type === 'EXECUTION') {
    const message = `${name} needs views that ask for one e-mail (variant EMAIL) and at most one password`
    return errorAt(path, 'executor_unfed', message, id)
  }
  const shown = typeof name === 'string' ? name.slice(0, 80) : JSON.stringify(name).slice(0, 80)
  const known = `Known in a step EXECUTION: ${knownExecutors.join(', ')}`
  const message = `There is no executor ${shown} here: write what it does as steps of your own. ${known}`
  return errorAt(path, 'unknown_executor', message, id)
}

/** What a step of the builder and one of ours say alike. */
function kept({ name, timeoutSeconds, output }: JsonObject): JsonObject {
  const members = Object.entries({ name, timeoutSeconds, output })
  return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== undefined))
}

/** Params with which nothing else is wrong. */
function standIn(type: string): Json {
  if (type === 'redirect') return { url: 'https://executor.invalid/' }
  return type === 'prompt' ? { requiredParams: ['executor'] } : {}
}
