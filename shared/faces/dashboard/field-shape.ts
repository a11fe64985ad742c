import * as z from 'zod'

/** A declared input, or a field of an approval's form (dashboard.md §5). */
export const fieldShape = z.looseObject({ name: z.string(), type: z.string(), required: z.boolean() })

/** Something wrong or doubtful in a definition. */
export const problemShape = z.strictObject({
  severity: z.enum(['error', 'warning']),
  path: z.string(),
  stepId: z.string().optional(),
  code: z.string(),
  message: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
})
