import * as z from 'zod'
import type { Json } from '../world.ts'
import type { ControlStep } from './define.ts'
import { anything } from './params.ts'

const params = z
  .strictObject({ set: z.record(z.string(), anything).optional(), value: anything.optional() })
  .refine(
    (written) => (written.set === undefined) !== (written.value === undefined),
    'Expected either set or value',
  )

/** Builds a value from what is known so far. */
export const transform: ControlStep<z.infer<typeof params>> = {
  type: 'transform',
  kind: 'control',
  summary: 'Builds a value from what is known so far',
  params,
  output: [],
  example: { set: { total: '{{a + b}}', list: [1, [2, 3]] } },
  outcomes: () => [],
  secrets: false,
  compile: ({ set, value }, place) => place.pass(place.value((set ?? value) as Json)),
}
