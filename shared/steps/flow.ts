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
  outcomes: () => [],
  secrets: false,
  flows: ({ flowId }) => (typeof flowId === 'string' ? [{ path: ['flowId'], value: flowId }] : []),
  compile: (written, place) => place.subflow(written as JsonObject),
}
