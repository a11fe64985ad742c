import { compile } from '../../shared/compile/compile.ts'
import type { Graph } from '../../shared/definitions/graph.ts'
import type { Json, JsonObject } from '../../shared/world.ts'
import { type Ran, runMachine } from './run-machine.ts'

/** What the fake step function answers to each step; a function may throw `Thrown`. */
export type Answers = Record<string, Json | ((payload: JsonObject) => Json)>

/** The execution input of a run. */
export function executionInput(inputs: JsonObject): JsonObject {
  const run = {
    id: '0d6c1f5e-7a51-4d0e-9c64-1f0c7a0b9f11',
    orgId: '7f0a',
    flowId: 'c5d1',
    version: 3,
    depth: 0,
    startedAt: '2026-03-01T06:00:00.000Z',
  }
  return { run, inputs, trigger: { type: 'api' }, user: { id: 'u1', email: 'ann@example.com', role: 'user' } }
}

/** Compiles a graph and runs its machine with a fake step function. */
export async function runGraph(graph: Graph, inputs: JsonObject = {}, answers: Answers = {}): Promise<Ran> {
  const machine = compile(graph, {
    kind: 'standard',
    stepFunction: 'local-sluice-step',
    scriptFunction: 'local-sluice-script',
  })
  return await runMachine(machine, executionInput(inputs), (payload) => {
    if (payload.kind === 'end' || payload.kind === 'expire') return null
    const answer = answers[payload.stepId as string] ?? null
    return typeof answer === 'function' ? answer(payload) : answer
  })
}
