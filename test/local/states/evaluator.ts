import jsonata from 'jsonata'
import type { Evaluator } from '../../../infra/local/states/run/machinery.ts'
import type { Json } from '../../../shared/world.ts'

/** Evaluates in this process, without containment: for tests of the states language only. */
export const plainEvaluator: Evaluator = {
  async evaluate(source, input, bindings) {
    const value: unknown = await jsonata(source).evaluate(input, bindings)
    return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as Json)
  },
}
