import { patternProblem } from '../../expressions/linear-pattern.ts'
import { pointerOf } from '../../pointer.ts'
import type { Json } from '../../world.ts'
import type { Graph } from '../graph.ts'
import { outcomesOf } from '../outcomes.ts'
import { errorAt, type Finding } from '../problem.ts'
import { isObject } from '../reading.ts'
import { everyStep, type Visit } from '../walk.ts'

/** Every pattern of a view runs in linear time (hardening.md 2.1); in a journey every action leads somewhere. */
export function checkViews(graph: Graph): Finding[] {
  const journey = graph.triggers.some(({ type }) => type === 'journey')
  return everyStep(graph)
    .filter(({ node }) => node.type === 'view')
    .flatMap((visit) => [...checkPatterns(visit), ...(journey ? checkActions(visit) : [])])
}

/** Whoever presses a button sees a next step: that is what a journey is. The last view of a body leads out of it. */
function checkActions({ node, pointer, scopes }: Visit): Finding[] {
  if (scopes.length > 1 || Object.hasOwn(node.next, 'default')) return []
  const actions = outcomesOf(node).filter((outcome) => outcome !== 'timeout')
  return actions
    .filter((action) => !Object.hasOwn(node.next, action))
    .map((action) => {
      const message = `The action ${action.slice(0, 80)} leads nowhere: add next.${action.slice(0, 80)} or a default`
      return errorAt(`${pointer}/next`, 'action_without_target', message, node.id)
    })
}

function checkPatterns({ node, pointer }: Visit): Finding[] {
  const found: Finding[] = []
  eachRule(node.params, [], (value, path) => {
    const message = typeof value === 'string' ? patternProblem(value) : null
    if (message === null) return
    const text = `This is no pattern in RE2 syntax, which has no look-around and no back-references: ${message}`
    found.push(errorAt(`${pointer}/params${pointerOf(path)}`, 'bad_pattern', text, node.id))
  })
  return found
}

/** Calls back with the value of every condition `pattern`, wherever rules stand. */
function eachRule(
  value: Json,
  path: PropertyKey[],
  visit: (pattern: Json, path: PropertyKey[]) => void,
): void {
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) eachRule(item, [...path, index], visit)
  else if (isObject(value)) {
    if (value.key === 'pattern' && value.value !== undefined) visit(value.value, [...path, 'value'])
    for (const [key, member] of Object.entries(value)) eachRule(member, [...path, key], visit)
  }
}
