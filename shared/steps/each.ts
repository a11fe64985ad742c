import * as z from 'zod'
import type { Json } from '../world.ts'
import type { ControlStep } from './define.ts'
import { body, expressionOr } from './params.ts'

const params = z.strictObject({
  items: expressionOr(z.array(z.json()), 'a list or an expression such as {{customers}}'),
  body: body.optional(),
  concurrency: z.int().min(1).max(40).optional(),
  onItemError: z.enum(['stop', 'continue']).optional(),
  maxItems: z.int().min(1).max(10_000).optional(),
})

/** Runs a body once for each item of a list. */
export const each: ControlStep<z.infer<typeof params>> = {
  type: 'each',
  kind: 'control',
  summary: 'Runs its body once for each item of a list',
  params,
  output: [],
  example: {
    items: '{{customers}}',
    concurrency: 4,
    onItemError: 'continue',
    maxItems: 100,
    body: { nodes: { one: { type: 'transform', params: { value: '{{item}}' } } } },
  },
  outcomes: () => ['error'],
  bodyKind: 'item',
  bodies: ({ body }) => ({ body }),
  bodyNames: ['item', 'index', '_each'],
  secrets: false,
  repeats: { limit: 10_000, of: ({ maxItems }) => maxItems },
  compile: ({ items, concurrency, onItemError, maxItems }, place) =>
    place.each({
      items: items as Json,
      concurrency: concurrency ?? 1,
      onItemError: onItemError ?? 'stop',
      maxItems,
    }),
}
