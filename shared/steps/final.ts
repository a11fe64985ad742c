import * as z from 'zod'
import type { Json } from '../world.ts'
import type { ControlStep } from './define.ts'
import { anything } from './params.ts'

const params = z
  .strictObject({ outputs: z.record(z.string(), anything).optional(), output: anything.optional() })
  .refine(
    (written) => written.outputs === undefined || written.output === undefined,
    'Expected outputs or output, not both',
  )

/** Ends the run, or the body it stands in, with an output. */
export const final: ControlStep<z.infer<typeof params>> = {
  type: 'final',
  kind: 'end',
  summary: 'Ends the flow with an output',
  params,
  output: [],
  example: { outputs: { summary: 'Renewal risk is low', score: '{{customer.body.score}}' } },
  outcomes: () => [],
  secrets: false,
  silent: true,
  compile: ({ outputs, output }, place) => place.end(place.value((outputs ?? output ?? null) as Json)),
}
