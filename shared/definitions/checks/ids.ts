import { findStep } from '../../steps/index.ts'
import type { Graph } from '../graph.ts'
import { errorAt, type Finding, warningAt } from '../problem.ts'
import { everyStep, type Visit } from '../walk.ts'
import { contextNames } from './context-names.ts'

/** Ids and output names that mean one thing each. */
export function checkIds(graph: Graph): Finding[] {
  const visits = everyStep(graph)
  return [...collisions(visits), ...outputs(visits)]
}

/** A value lives in a variable named after its step, in which `-` becomes `_`. */
function collisions(visits: Visit[]): Finding[] {
  const taken = new Map<string, string>()
  return visits.flatMap(({ node, pointer }) => {
    const variable = node.id.replaceAll(/[^A-Za-z0-9_]/g, '_')
    const other = taken.get(variable)
    if (other === undefined) taken.set(variable, node.id)
    if (other === undefined || other === node.id) return []
    const message = `${node.id} and ${other} differ in - and _ only: rename one of them`
    return [errorAt(pointer, 'id_collision', message, node.id)]
  })
}

function outputs(visits: Visit[]): Finding[] {
  return visits.flatMap(({ node, pointer }) => {
    const { id, output } = node
    const path = output === id ? pointer : `${pointer}/output`
    if (findStep(node.type)?.silent || findStep(node.type)?.kind === 'end') {
      if (output === id) return []
      return [errorAt(path, 'not_supported', `${node.type} leaves no output that could have a name`, id)]
    }
    if (output === 'secrets')
      return [errorAt(path, 'reserved_name', 'secrets always means the stored secrets', id)]
    if (!shadowed.has(output)) return []
    return [
      warningAt(path, 'shadowed_name', `Expressions that say ${output} now mean the output of ${id}`, id),
    ]
  })
}

const shadowed = new Set(contextNames.filter((name) => name !== 'approval'))
