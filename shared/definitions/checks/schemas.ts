import { pointerOf } from '../../pointer.ts'
import { findStep } from '../../steps/index.ts'
import type { Graph } from '../graph.ts'
import { checkOutputSchema } from '../output-schema.ts'
import type { Finding } from '../problem.ts'
import { everyStep } from '../walk.ts'

/** JSON Schemas in params: keywords that nobody would obey are refused, as in the flow's own `output`. */
export function checkSchemas(graph: Graph): Finding[] {
  return everyStep(graph).flatMap(({ node, pointer }) => {
    const step = findStep(node.type)
    if (!step?.schemas || !step.params.safeParse(node.params).success) return []
    return step
      .schemas(node.params)
      .flatMap(({ path, value }) => checkOutputSchema(value, `${pointer}/params${pointerOf(path)}`))
      .map((finding) => ({ ...finding, stepId: node.id }))
  })
}
