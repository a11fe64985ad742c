import * as z from 'zod'
import type { JsonObject } from '../world.ts'
import type { SubflowStep } from './define.ts'
import { anything, templated, text } from './params.ts'

const params = z.strictObject({
  flowId: templated(text),
  version: templated(z.union([z.int().min(1), z.literal('latest')])).optional(),
  inputs: templated(z.record(z.string(), anything)).optional(),
})

/** Runs another flow and waits for its output. */
export const flow: SubflowStep<z.infer<typeof params>> = {
  type: 'flow',
  kind: 'work',
  subflow: true,
  summary: 'Runs another flow and waits for its output',
  params,
  output: [],
  example: {
    flowId: '0d6c1f5e-7a51-4d0e-9c64-1f0c7a0b9f11',
    version: 2,
    inputs: { id: '{{customerId}}' },
  },
  choices: { flowId: 'flows', version: 'versions' },
  outcomes: () => [],
  secrets: false,
  flows: ({ flowId }) => (typeof flowId === 'string' ? [{ path: ['flowId'], value: flowId }] : []),
  compile: (written, place) => place.subflow(written as JsonObject),
}
