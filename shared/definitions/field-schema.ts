import * as z from 'zod'
import { fieldTypes } from '../field-types.ts'
import { isTemplateFree } from './texts.ts'

const name = z.string().regex(/^(?!__proto__$)[A-Za-z_][A-Za-z0-9_-]{0,63}$/, {
  error: 'A field name begins with a letter and has at most 64 letters, digits, _ and -',
})

const scalar = z.union([z.string(), z.number(), z.boolean()])
const option = z.union([scalar, z.strictObject({ label: z.string(), value: scalar })])

/** A declared input or form field as authors write it (faces/dashboard.md §5). */
export const fieldSchema = z.strictObject({
  name,
  type: z.enum(fieldTypes),
  label: z.string().max(200).optional(),
  description: z.string().max(2000).optional(),
  required: z.boolean().optional(),
  default: z
    .json()
    .refine(isTemplateFree, { error: 'A default is a plain value; expressions are not read here' })
    .optional(),
  options: z.array(option).min(1).max(1000).optional(),
  sensitive: z.boolean().optional(),
})

/** A field as authors write it. */
export type WrittenField = z.infer<typeof fieldSchema>
