import { findStep } from '../../steps/index.ts'
import { valueRows } from '../../steps/value-rows.ts'
import type { Graph } from '../graph.ts'
import { outcomesOf } from '../outcomes.ts'
import { type Finding, warningAt } from '../problem.ts'
import { isObject } from '../reading.ts'
import { everyStep, type Visit } from '../walk.ts'

/** Without a row these do not end the run in silence: the step fails, or simply was the last one. */
const spoken = ['default', 'error', 'timeout', 'success', 'client_error', 'server_error']

/** Outcomes that have neither a row nor a `default` to fall back to: the run ends there as if all were done. */
export function checkMissingRows(graph: Graph): Finding[] {
  return everyStep(graph).flatMap((visit) => [...silentEnds(visit), ...lostCases(visit)])
}

function silentEnds({ node, pointer, scopes }: Visit): Finding[] {
  const step = findStep(node.type)
  if (step === undefined || step.kind === 'end' || Object.hasOwn(node.next, 'default')) return []
  const rows = Object.keys(node.next)
  const loud = rows.some((row) => row !== 'error' && row !== 'timeout')
  const told = [...spoken, ...(step.needsRows ?? [])]
  const missing = outcomesOf(node).filter(
    (outcome) => !rows.includes(outcome) && (!told.includes(outcome) || (outcome === 'success' && loud)),
  )
  if (step.outcomesAreSteps && Array.isArray(node.params.cases)) missing.push('default')
  if (step.outcomesAreValues && valueRows(node.next).length > 0) missing.push('default')
  if (missing.length === 0) return []
  const [outcomes, have] = missing.length === 1 ? ['outcome', 'has'] : ['outcomes', 'have']
  const message = `The ${outcomes} ${missing.join(', ')} of ${node.id} ${have} no row in next and there is no default: the ${scopes.length > 1 ? 'body' : 'run'} ends there successfully`
  return [warningAt(`${pointer}/next`, 'outcome_without_row', message, node.id)]
}

/** A case whose `to` is neither a row nor a step goes the default way: mostly a slip of the pen. */
function lostCases({ node, pointer }: Visit): Finding[] {
  if (findStep(node.type)?.outcomesAreSteps !== true || !Object.hasOwn(node.next, 'default')) return []
  const { cases } = node.params
  return (Array.isArray(cases) ? cases : []).flatMap((one, index) => {
    const to = isObject(one) ? one.to : undefined
    if (typeof to !== 'string' || Object.hasOwn(node.next, to)) return []
    const message = `${to} is neither a step here nor a row in next: this case goes the way of default`
    return [warningAt(`${pointer}/params/cases/${index}/to`, 'outcome_without_row', message, node.id)]
  })
}
