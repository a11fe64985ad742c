import { pointerOf } from '../../pointer.ts'
import { findStep } from '../../steps/index.ts'
import type { Graph, Node } from '../graph.ts'
import { outcomesOf } from '../outcomes.ts'
import { errorAt, type Finding } from '../problem.ts'
import { everyStep, type Visit } from '../walk.ts'

/** Every row of `next` names an outcome that the step has and a step that is there. */
export function checkTargets(graph: Graph): Finding[] {
  const visits = everyStep(graph)
  const ids = new Set(visits.map(({ node }) => node.id))
  return visits.flatMap((visit) => [...checkOutcomes(visit), ...checkRows(visit, ids)])
}

function checkRows({ node, pointer, scope }: Visit, ids: Set<string>): Finding[] {
  return Object.entries(node.next).flatMap(([outcome, target]) => {
    if (Object.hasOwn(scope.nodes, target)) return []
    const elsewhere = ids.has(target)
      ? `Step ${target} stands in another body; next stays within its own`
      : undefined
    const message =
      elsewhere ?? `There is no step ${target.slice(0, 80)}${hint(target, Object.keys(scope.nodes))}`
    return [errorAt(`${pointer}/next${pointerOf([outcome])}`, 'unknown_target', message, node.id)]
  })
}

function checkOutcomes({ node, pointer }: Visit): Finding[] {
  const step = findStep(node.type)
  if (step === undefined || step.outcomesAreValues) return []
  const rows = Object.keys(node.next)
  const allowed = allowedOutcomes(node)
  const unknown = rows.filter((outcome) => !allowed.includes(outcome))
  // Of params that are not valid the outcomes are not known either.
  if (unknown.length === 0 || !step.params.safeParse(node.params).success) return []
  return unknown.map((outcome) => {
    const message = `${node.type} has no outcome ${outcome.slice(0, 80)}; it has ${allowed.join(', ')}`
    return errorAt(`${pointer}/next${pointerOf([outcome])}`, 'unknown_outcome', message, node.id)
  })
}

/** Outcomes that a row of the step may be for. */
export function allowedOutcomes(node: Node): string[] {
  const kind = findStep(node.type)?.kind
  const failing = kind === 'work' || kind === 'wait' ? ['error', 'timeout'] : []
  return [...new Set([...outcomesOf(node), 'default', ...failing])]
}

/** The id that was probably meant: the same but for case and one or two letters. */
function hint(target: string, ids: string[]): string {
  const near = ids.find(
    (id) => distance(id.toLowerCase(), target.toLowerCase()) <= (target.length > 4 ? 2 : 1),
  )
  return near === undefined ? '' : `; did you mean ${near}?`
}

function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
