import type { StepType } from '../steps/define.ts'
import { contextNames } from './checks/context-names.ts'
import { outlook } from './checks/sight.ts'
import type { Graph, Node } from './graph.ts'
import { dictionary } from './reading.ts'
import { everyStep, type Visit } from './walk.ts'

/** A name that an expression may begin with. */
export interface KnownName {
  name: string
  /** What it stands for, as people call it. */
  label: string
  /** Where its value comes from. */
  from: 'input' | 'step' | 'loop' | 'run'
}

/** The step of a draft that is asked about; without an id, one of this type that is about to be added at the top level. */
export function placeOf(graph: Graph, { type }: StepType, stepId: string | undefined): Visit | undefined {
  if (stepId !== undefined) return everyStep(graph).find(({ node }) => node.id === stepId)
  const parts = { id: '', name: '', output: '', params: {}, next: dictionary<string>(), bodies: {} }
  const node: Node = { ...parts, type, writtenType: type }
  return { node, pointer: '', scope: graph, scopes: [graph], loopNames: [] }
}

/** The names that an expression may begin with at a step, the nearest first; what a name hides is left out. */
export function namesAt(graph: Graph, visit: Visit): KnownName[] {
  const { names, secrets } = outlook(graph).from(visit)
  const steps = new Map(everyStep(graph).map(({ node }) => [node.output, node.name]))
  const found: KnownName[] = [
    ...visit.loopNames.map((name) => ({ name, label: name, from: 'loop' as const })),
    ...[...names].map((name) => ({ name, label: steps.get(name) ?? name, from: 'step' as const })),
    ...(graph.inputs ?? []).map(({ name, label = name }) => ({ name, label, from: 'input' as const })),
    ...contextNames
      .filter((name) => name !== 'secrets' || secrets)
      .map((name) => ({ name, label: name, from: 'run' as const })),
  ]
  return [...new Map(found.toReversed().map((known) => [known.name, known])).values()].reverse()
}
