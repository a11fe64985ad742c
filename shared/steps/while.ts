import * as z from 'zod'
import type { ControlStep } from './define.ts'
import { body, expressionOr } from './params.ts'

const params = z.strictObject({
  when: expressionOr(z.boolean(), 'an expression such as {{iteration < 3}}'),
  body: body.optional(),
  maxIterations: z.int().min(1).max(1000).optional(),
})

/** Runs a body again and again. */
export const whileStep: ControlStep<z.infer<typeof params>> = {
  type: 'while',
  kind: 'control',
  summary: 'Runs its body as long as a condition holds',
  params,
  output: ['iterations'],
  example: {
    when: '{{iteration < 3}}',
    maxIterations: 3,
    body: { nodes: { again: { type: 'transform', params: { value: '{{iteration}}' } } } },
  },
  outcomes: () => [],
  bodyKind: 'loop',
  bodies: ({ body }) => ({ body }),
  bodyNames: ['iteration', '_while'],
  secrets: false,
  repeats: { limit: 1000, of: ({ maxIterations }) => maxIterations },
  compile: ({ when, maxIterations }, place) => place.loop(when, maxIterations),
}
