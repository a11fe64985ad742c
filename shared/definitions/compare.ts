import { pointerOf } from '../pointer.ts'
import type { Json, JsonObject } from '../world.ts'
import { type Difference, differences } from './difference.ts'
import type { Field, Graph, Node, Trigger } from './graph.ts'
import { everyScope, everyStep, type Visit } from './walk.ts'

/** One way in which a graph differs from another. */
export interface Change {
  kind: 'added' | 'removed' | 'changed'
  /** Pointer into the document in the form of `nodes`; of what was removed, into the one before. */
  path: string
  /** null for what the flow says about itself. */
  stepId: string | null
  stepType: string | null
  /** Which part: `name`, `type`, `params`, `next`, `retry` … or `inputs`, `triggers` …; null for a whole step. */
  member: string | null
  before?: Json
  after?: Json
  /** False where runs go the same way: names, labels and descriptions. */
  behaviour: boolean
}

/** All differences of two graphs: those of the flow itself first, then step by step. Format and dialect are none. */
export function compareGraphs(before: Graph, after: Graph): Change[] {
  return [...headerChanges(before, after), ...startChanges(before, after), ...stepChanges(before, after)]
}

const labels = ['label', 'description']

function headerChanges(before: Graph, after: Graph): Change[] {
  return [
    ...changesOf('metadata', '/metadata', differences(json(before.metadata), json(after.metadata)), false),
    ...keyedChanges('triggers', before.triggers, after.triggers, triggerKey),
    ...inputChanges(before.inputs, after.inputs),
    ...changesOf('output', '/output', differences(before.output, after.output)),
    ...changesOf('settings', '/settings', differences(json(before.settings), json(after.settings))),
  ]
}

function triggerKey({ type, id, flowType }: Trigger): string {
  return `${type} ${String(id ?? flowType ?? '')}`
}

/** Without declared inputs any are taken, which is more than an empty list. */
function inputChanges(before: Field[] | undefined, after: Field[] | undefined): Change[] {
  if (before === undefined || after === undefined)
    return changesOf('inputs', '/inputs', differences(json(before), json(after)))
  return keyedChanges('inputs', before, after, ({ name }) => name)
}

/** Lists whose items have names: order is no difference. */
function keyedChanges<T extends object>(
  member: string,
  before: T[],
  after: T[],
  keyOf: (item: T) => string,
): Change[] {
  const old = new Map(before.map((item, index) => [keyOf(item), { item, index }]))
  const changes: Change[] = after.flatMap((item, index) => {
    const path = `/${member}/${index}`
    const found = old.get(keyOf(item))
    old.delete(keyOf(item))
    if (found === undefined) return [change('added', path, member, { after: json(item) })]
    return changesOf(member, path, differences(json(found.item), json(item)))
  })
  const removed = [...old.values()].map(({ item, index }) =>
    change('removed', `/${member}/${index}`, member, { before: json(item) }),
  )
  return [...changes, ...removed]
}

/** Where the flow and its bodies begin; a body that is new or gone is told with its step. */
function startChanges(before: Graph, after: Graph): Change[] {
  const starts = new Map(everyScope(before).map(({ scope, pointer }) => [pointer, scope.start]))
  return everyScope(after).flatMap(({ scope, pointer }) => {
    const old = starts.get(pointer)
    if (old === undefined || old === scope.start) return []
    return [change('changed', `${pointer}/start`, 'start', { before: old, after: scope.start })]
  })
}

function stepChanges(before: Graph, after: Graph): Change[] {
  const old = new Map(everyStep(before).map((visit) => [visit.node.id, visit]))
  const changes = everyStep(after).flatMap((visit) => {
    const found = old.get(visit.node.id)
    old.delete(visit.node.id)
    if (found !== undefined) return changesOfStep(found, visit)
    return [ofStep(visit.node, change('added', visit.pointer, null, { after: partsOf(visit.node) }))]
  })
  const removed = [...old.values()].map(({ node, pointer }) =>
    ofStep(node, change('removed', pointer, null, { before: partsOf(node) })),
  )
  return [...changes, ...removed]
}

function changesOfStep(before: Visit, after: Visit): Change[] {
  const { node, pointer } = after
  const [old, now] = [partsOf(before.node), partsOf(node)]
  const members = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  const changes = members.flatMap((member) =>
    changesOf(member, `${pointer}/${member}`, differences(old[member], now[member]), member !== 'name'),
  )
  const moved =
    before.pointer === pointer
      ? []
      : [change('changed', pointer, 'place', { before: before.pointer, after: pointer })]
  return [...moved, ...changes].map((one) => ofStep(node, one))
}

/** What an author may write of a step, but for its bodies, whose steps are compared by themselves. */
function partsOf({ type, name, params, output, retry, timeoutSeconds, next }: Node): JsonObject {
  return {
    ...{ type, name, params, output, next },
    ...(retry === undefined ? {} : { retry: json(retry) as Json }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  }
}

function ofStep({ id, type }: Node, changed: Change): Change {
  return { ...changed, stepId: id, stepType: type }
}

function changesOf(member: string, path: string, found: Difference[], behaviour = true): Change[] {
  return found.map((one) => {
    const kind = one.before === undefined ? 'added' : one.after === undefined ? 'removed' : 'changed'
    const counts = behaviour && !(member === 'inputs' && labels.includes(one.path.at(-1) ?? ''))
    return { ...change(kind, path + pointerOf(one.path), member, one), behaviour: counts }
  })
}

function change(
  kind: Change['kind'],
  path: string,
  member: string | null,
  { before, after }: { before?: Json | undefined; after?: Json | undefined },
): Change {
  return {
    ...{ kind, path, stepId: null, stepType: null, member },
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    behaviour: true,
  }
}

/** A part of a graph as the JSON that it is. */
function json(part: object | undefined): Json | undefined {
  return part as Json | undefined
}
