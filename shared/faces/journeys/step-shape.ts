import * as z from 'zod'

/** What every answer of the face is (faces/journeys.md §6, §8). */
export const stepShape = z.strictObject({
  flowId: z.string(),
  flowType: z.string(),
  flowStatus: z.enum(['INCOMPLETE', 'COMPLETE']),
  type: z.enum(['VIEW', 'REDIRECTION', 'WEBAUTHN', 'INTERNAL_PROMPT']),
  data: z.record(z.string(), z.json()),
})

/** A step as a client is given it. */
export type StepObject = z.infer<typeof stepShape>
