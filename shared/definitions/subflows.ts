import { pointerOf } from '../pointer.ts'
import { findStep } from '../steps/index.ts'
import type { Graph } from './graph.ts'
import { errorAt, type Finding } from './problem.ts'
import { everyStep } from './walk.ts'

/** Ids of the flows that the graph's steps name; those known at run time only are left out. */
export function subflows(graph: Graph): string[] {
  return [...new Set(subflowSteps(graph).map(({ flowId }) => flowId))]
}

/** Steps that name a flow which is not there. */
export function checkSubflows(graph: Graph, flowExists: (flowId: string) => boolean): Finding[] {
  return subflowSteps(graph)
    .filter(({ flowId }) => !flowExists(flowId))
    .map(({ flowId, stepId, pointer }) =>
      errorAt(pointer, 'unknown_flow', `There is no published flow ${flowId.slice(0, 80)}`, stepId),
    )
}

function subflowSteps(graph: Graph): { flowId: string; stepId: string; pointer: string }[] {
  return everyStep(graph).flatMap(({ node, pointer }) => {
    const named = findStep(node.type)?.flows?.(node.params) ?? []
    return named
      .filter(({ value }) => !value.includes('{{'))
      .map(({ path, value }) => ({
        flowId: value,
        stepId: node.id,
        pointer: `${pointer}/params${pointerOf(path)}`,
      }))
  })
}
