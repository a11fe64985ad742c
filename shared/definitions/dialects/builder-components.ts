import type { Json, JsonObject } from '../../world.ts'
import { isObject } from '../reading.ts'

/** Where an outcome leads, and where that was written in the step. */
export interface Row {
  target: Json
  path: PropertyKey[]
}

/** An executor that a step asks for, and where in its `data`. */
export interface Executor {
  name: Json
  path: PropertyKey[]
}

/** What the builder's canvas keeps with a component: nobody is shown it. */
const ofEditor = ['action', 'category', 'resourceType', 'version', 'deprecated', 'display', 'role']

/** Components as a view has them, and what their buttons lead to. */
export interface ReadComponents {
  components: Json
  rows: Record<string, Row>
  executors: Executor[]
}

/** Takes the `action` of every button out of the components: where it leads is a row of `next`. */
export function convertComponents(list: Json, path: PropertyKey[]): ReadComponents {
  if (!Array.isArray(list)) return { components: list, rows: {}, executors: [] }
  const read = list.map((component, index) =>
    isObject(component) ? convertComponent(component, [...path, index]) : plain(component),
  )
  return {
    components: read.map(({ component }) => component),
    rows: Object.assign({}, ...read.map(({ rows }) => rows)),
    executors: read.flatMap(({ executors }) => executors),
  }
}

type One = Omit<ReadComponents, 'components'> & { component: Json }

function plain(component: Json): One {
  return { component, rows: {}, executors: [] }
}

function convertComponent(component: JsonObject, path: PropertyKey[]): One {
  const { action, components } = component
  const kept = Object.fromEntries(Object.entries(component).filter(([key]) => !ofEditor.includes(key)))
  const inside = components === undefined ? undefined : convertComponents(components, [...path, 'components'])
  const own = isObject(action ?? null) ? actionRow(component, action as JsonObject, path) : plain(null)
  return {
    component: inside === undefined ? kept : { ...kept, components: inside.components },
    rows: { ...own.rows, ...inside?.rows },
    executors: [...own.executors, ...(inside?.executors ?? [])],
  }
}

function actionRow({ actionId, id }: JsonObject, action: JsonObject, path: PropertyKey[]): One {
  const { next, executor } = action
  const outcome = actionId ?? id
  const rows: Record<string, Row> =
    next === undefined || typeof outcome !== 'string'
      ? {}
      : { [outcome]: { target: next, path: ['data', ...path, 'action', 'next'] } }
  const executors = executor === undefined ? [] : [executorAt(executor, [...path, 'action', 'executor'])]
  return { component: null, rows, executors }
}

/** An executor is written as its name or as `{name}`. */
export function executorAt(executor: Json, path: PropertyKey[]): Executor {
  return isObject(executor)
    ? { name: executor.name ?? null, path: [...path, 'name'] }
    : { name: executor, path }
}
