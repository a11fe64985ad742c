import { pointerOf } from '../pointer.ts'
import { findStep } from '../steps/index.ts'
import type { Json } from '../world.ts'
import type { Node, Scope } from './graph.ts'
import { readNode } from './node.ts'
import { outcomesOf } from './outcomes.ts'
import { errorAt, type Finding } from './problem.ts'
import { dictionary, isObject, maxDepth, type Reading } from './reading.ts'
import { unknownKey } from './schema-findings.ts'

const bodyKeys = ['start', 'nodes']

/** Reads a body: an object with `nodes` and perhaps `start`. */
function readBody(written: Json | undefined, pointer: string, depth: number, reading: Reading): Scope {
  if (depth > maxDepth) {
    reading.findings.push(
      errorAt(pointer, 'too_deep', `Bodies may stand in bodies ${maxDepth} deep, not deeper`),
    )
    return emptyScope()
  }
  if (!isObject(written)) {
    reading.findings.push(
      errorAt(pointer, written === undefined ? 'required' : 'invalid_type', 'A body is an object with nodes'),
    )
    return emptyScope()
  }
  for (const key of Object.keys(written))
    if (!bodyKeys.includes(key))
      reading.findings.push(errorAt(pointer + pointerOf([key]), 'unknown_key', unknownKey(key, bodyKeys)))
  return readScope(written, pointer, depth, reading)
}

/** Reads `nodes` and `start` of an object: the document itself or a body. */
export function readScope(
  written: { nodes?: Json; start?: Json },
  pointer: string,
  depth: number,
  reading: Reading,
): Scope {
  const nodes = dictionary<Node>()
  if (isObject(written.nodes))
    for (const [id, step] of Object.entries(written.nodes)) {
      const read = readNode(id, step, `${pointer}/nodes${pointerOf([id])}`, reading)
      if (read === undefined) continue
      nodes[id] = read.node
      for (const body of read.bodies)
        read.node.bodies[body.name] = readBody(body.written, body.pointer, depth + 1, reading)
    }
  else reading.findings.push(nodesMissing(written.nodes, pointer))
  const scope = { start: '', nodes }
  for (const node of Object.values(nodes)) completeRows(node, scope)
  scope.start = startOf(written.start, scope, pointer, reading)
  return scope
}

function nodesMissing(nodes: Json | undefined, pointer: string) {
  const message = 'nodes is an object with one step per id'
  return errorAt(`${pointer}/nodes`, nodes === undefined ? 'required' : 'invalid_type', message)
}

/** Where `to: good` may name a step itself, the row that it stands for is written out. */
function completeRows(node: Node, scope: Scope): void {
  if (findStep(node.type)?.outcomesAreSteps !== true) return
  for (const outcome of outcomesOf(node))
    if (!Object.hasOwn(node.next, outcome) && Object.hasOwn(scope.nodes, outcome))
      node.next[outcome] = outcome
}

function startOf(written: Json | undefined, scope: Scope, pointer: string, reading: Reading): string {
  const path = `${pointer}/start`
  const ids = Object.keys(scope.nodes)
  if (typeof written === 'string' && Object.hasOwn(scope.nodes, written)) return written
  if (written !== undefined && written !== null) {
    const message =
      typeof written === 'string' ? `There is no step ${written} here` : 'start is the id of a step'
    reading.findings.push(errorAt(path, 'unknown_start', message))
    return ids[0] ?? ''
  }
  const named = new Set(
    ids.flatMap((id) => Object.values((scope.nodes[id] as Node).next).filter((to) => to !== id)),
  )
  const starts = ids.filter((id) => !named.has(id))
  reading.findings.push(...startFindings(starts, ids, pointer))
  return starts[0] ?? ids[0] ?? ''
}

function startFindings([first, ...others]: string[], ids: string[], pointer: string): Finding[] {
  if (ids.length === 0) return [errorAt(`${pointer}/nodes`, 'no_start', 'There is no step to begin with')]
  if (first === undefined)
    return [
      errorAt(
        `${pointer}/start`,
        'no_start',
        'Every step is named by another: say with start where it begins',
      ),
    ]
  return others.map((id) => {
    const message = `Both ${first} and ${id} could be the first step: name one with start, or connect ${id}`
    return errorAt(`${pointer}/nodes${pointerOf([id])}`, 'several_starts', message, id)
  })
}

function emptyScope(): Scope {
  return { start: '', nodes: dictionary() }
}
