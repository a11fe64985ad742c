import { ExpressionError } from '../../expressions/error.ts'
import { checkScript } from '../../expressions/script-syntax.ts'
import type { Graph } from '../graph.ts'
import { errorAt, type Finding } from '../problem.ts'
import { everyStep, type Visit } from '../walk.ts'

/** Every script is JavaScript. */
export function checkScripts(graph: Graph): Finding[] {
  return everyStep(graph).flatMap((visit) => (visit.node.type === 'script' ? checkCode(visit) : []))
}

function checkCode({ node, pointer }: Visit): Finding[] {
  const { code } = node.params
  if (typeof code !== 'string') return []
  try {
    checkScript(code)
    return []
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const message = `The script cannot be read as JavaScript: ${error.message}`
    return [{ ...errorAt(`${pointer}/params/code`, error.code, message, node.id), offset: error.offset }]
  }
}
