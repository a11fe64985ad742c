import { pointerOf } from '../pointer.ts'
import { findStep } from '../steps/index.ts'
import type { JsonObject } from '../world.ts'
import type { Graph, Node, Scope } from './graph.ts'
import { isObject } from './reading.ts'

/** A step in its place. */
export interface Visit {
  node: Node
  /** JSON pointer into the document in the form of `nodes`. */
  pointer: string
  scope: Scope
  /** The scopes around, outermost first, its own last. */
  scopes: Scope[]
  /** Names that the loops around give to expressions, e.g. `item`. */
  loopNames: string[]
}

/** Every step of the graph, those in bodies after the step they belong to. */
export function everyStep(graph: Graph): Visit[] {
  return stepsOf(graph, '', [], [])
}

/** Every scope of the graph with its pointer, outermost first. */
export function everyScope(graph: Graph): { scope: Scope; pointer: string }[] {
  const inner = everyStep(graph).flatMap(({ node, pointer }) =>
    Object.entries(node.bodies).map(([name, scope]) => ({
      scope,
      pointer: bodyPointer(node, pointer, name),
    })),
  )
  return [{ scope: graph, pointer: '' }, ...inner]
}

/** Where a body stands among the params: a branch under `branches`, anything else under its own name. */
export function bodyPath(params: JsonObject, name: string): string[] {
  return isObject(params.branches) ? ['branches', name] : [name]
}

function stepsOf(scope: Scope, pointer: string, outer: Scope[], loopNames: string[]): Visit[] {
  const scopes = [...outer, scope]
  return Object.values(scope.nodes).flatMap((node) => {
    const at = `${pointer}/nodes${pointerOf([node.id])}`
    const names = [...loopNames, ...(findStep(node.type)?.bodyNames ?? [])]
    const inner = Object.entries(node.bodies).flatMap(([name, body]) =>
      stepsOf(body, bodyPointer(node, at, name), scopes, names),
    )
    return [{ node, pointer: at, scope, scopes, loopNames }, ...inner]
  })
}

function bodyPointer(node: Node, pointer: string, name: string): string {
  return `${pointer}/params${pointerOf(bodyPath(node.params, name))}`
}
