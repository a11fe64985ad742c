import * as z from 'zod'
import type { ControlStep } from './define.ts'
import { body } from './params.ts'

const branchName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'Expected letters, digits, _ and -, a letter first')

const params = z.strictObject({
  branches: z
    .record(branchName, body)
    .refine((branches) => Object.keys(branches).length >= 1, 'Expected at least one branch')
    .refine((branches) => Object.keys(branches).length <= 40, 'Expected at most 40 branches')
    .optional(),
})

/** Runs several bodies at the same time. */
export const parallel: ControlStep<z.infer<typeof params>> = {
  type: 'parallel',
  kind: 'control',
  summary: 'Runs its branches at the same time and waits for all',
  params,
  output: [],
  example: {
    branches: {
      left: { nodes: { l: { type: 'transform', params: { value: 1 } } } },
      right: { nodes: { r: { type: 'transform', params: { value: 2 } } } },
    },
  },
  outcomes: () => ['error'],
  bodyKind: 'branch',
  bodies: ({ branches }) => branches ?? {},
  secrets: false,
  compile: (_, place) => place.parallel(),
}
