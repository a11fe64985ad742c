import { findStep } from '../steps/index.ts'
import type { Node } from './graph.ts'

/** Outcomes that the step's type and params name, besides `default`; none where the params are not valid. */
export function outcomesOf(node: Node): string[] {
  const step = findStep(node.type)
  try {
    return step?.outcomes(node.params) ?? []
  } catch {
    return []
  }
}
