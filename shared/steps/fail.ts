import * as z from 'zod'
import type { ControlStep } from './define.ts'
import { templated } from './params.ts'

const code = z
  .string()
  .min(1)
  .max(256)
  .refine((written) => !written.startsWith('States.'), 'Names that begin with States. belong to the engine')

const params = z.strictObject({ code: templated(code).optional(), message: z.string().optional() })

/** Ends the run, or the body it stands in, with an error. */
export const fail: ControlStep<z.infer<typeof params>> = {
  type: 'fail',
  kind: 'end',
  summary: 'Ends the flow with an error',
  params,
  output: [],
  example: { code: 'CRM_DOWN', message: '{{lastError.cause}}' },
  outcomes: () => [],
  secrets: false,
  silent: true,
  compile: ({ code, message }, place) => place.fail(code ?? 'Failed', message ?? ''),
}
