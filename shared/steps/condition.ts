import * as z from 'zod'
import type { ControlStep } from './define.ts'
import { expressionOr, text } from './params.ts'

const when = expressionOr(z.boolean(), 'an expression such as {{customer.score > 80}}')

const params = z
  .strictObject({
    cases: z
      .array(z.strictObject({ when, to: text }))
      .min(1)
      .optional(),
    when: when.optional(),
  })
  .refine(
    (written) => (written.cases === undefined) !== (written.when === undefined),
    'Expected either cases or when',
  )

/** Chooses the way on. */
export const condition: ControlStep<z.infer<typeof params>> = {
  type: 'condition',
  kind: 'control',
  summary: 'Chooses the next step',
  params,
  output: [],
  example: { cases: [{ when: '{{customer.body.score > 80}}', to: 'good' }] },
  outcomes: ({ cases }) => (cases ? [...new Set(cases.map(({ to }) => to))] : ['true', 'false']),
  secrets: false,
  silent: true,
  outcomesAreSteps: true,
  compile: ({ cases, when }, place) =>
    cases ? place.choose(cases, 'default') : place.choose([{ when: when as string, to: 'true' }], 'false'),
}
