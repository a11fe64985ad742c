import { findStep } from '../../steps/index.ts'
import type { Graph, Node, Scope } from '../graph.ts'
import type { Visit } from '../walk.ts'

/** What an expression may read where it stands. */
export interface Sight {
  /** Names besides those that every expression may read. */
  names: Set<string>
  /** Declared inputs; undefined if any name may be one. */
  inputs: Set<string> | undefined
  /** Steps that `nodes.<id>` reaches. */
  stepIds: Set<string>
  /** True if secrets may be read. */
  secrets: boolean
  stepId?: string
  /** Who reads, for the sentence about it. */
  who: string
}

/** Tells what the steps of a graph may read; looks at each scope once. */
export function outlook(graph: Graph): { inputs: Sight['inputs']; from(visit: Visit): Sight } {
  const inputs = graph.inputs && new Set(graph.inputs.map(({ name }) => name))
  const known = new Map<Scope, Pick<Sight, 'names' | 'stepIds'>>()
  return {
    inputs,
    from(visit) {
      const { node, scope } = visit
      const seen = known.get(scope) ?? namesIn(visit)
      known.set(scope, seen)
      return {
        ...seen,
        inputs,
        secrets: findStep(node.type)?.secrets === true,
        stepId: node.id,
        who: node.type,
      }
    },
  }
}

function namesIn({ scopes, loopNames }: Visit): Pick<Sight, 'names' | 'stepIds'> {
  const visible = scopes.flatMap(speaking)
  return {
    names: new Set([...visible.map(({ output }) => output), ...loopNames]),
    stepIds: new Set(visible.map(({ id }) => id)),
  }
}

/** Steps of a scope that leave an output; the body of a `while` runs in the scope around it. */
function speaking(scope: Scope): Node[] {
  return Object.values(scope.nodes).flatMap((node) => {
    const step = findStep(node.type)
    const inner = step?.bodyKind === 'loop' ? Object.values(node.bodies).flatMap(speaking) : []
    return step?.silent === true ? inner : [node, ...inner]
  })
}
