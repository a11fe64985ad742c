import type { Graph } from '../graph.ts'
import { errorAt, type Finding, warningAt } from '../problem.ts'
import { isObject } from '../reading.ts'
import { everyStep, type Visit } from '../walk.ts'

/** An approval says what happens when nobody answers. */
export function checkPolicies(graph: Graph): Finding[] {
  return everyStep(graph).flatMap((visit) => (visit.node.type === 'approval' ? checkApproval(visit) : []))
}

function checkApproval({ node, pointer }: Visit): Finding[] {
  const { onTimeout } = node.params
  const row = Object.hasOwn(node.next, 'timeout')
  if (onTimeout === undefined && !row) {
    const message = `${node.id} does not say what happens when nobody answers: the run fails. Add onTimeout or a timeout row`
    return [warningAt(`${pointer}/params/onTimeout`, 'missing_timeout_policy', message, node.id)]
  }
  if (onTimeout === 'branch' && !row) {
    const message = 'onTimeout: branch needs a timeout row in next'
    return [errorAt(`${pointer}/params/onTimeout`, 'missing_timeout_row', message, node.id)]
  }
  if ((onTimeout === 'fail' || isObject(onTimeout)) && row) {
    const message =
      'The timeout row is never taken: onTimeout decides otherwise. Say onTimeout: branch, or remove one'
    return [errorAt(`${pointer}/next/timeout`, 'row_without_effect', message, node.id)]
  }
  return []
}
