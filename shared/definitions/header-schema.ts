import * as z from 'zod'

const year = 31_536_000
const seconds = (most: number) => z.int().min(1).max(most)
const secret = z.string().regex(/^\{\{\s*secrets\.[A-Za-z_][A-Za-z0-9_]*\s*\}\}$/, {
  error: 'A secret is written as one {{secrets.KEY}}',
})

/** What a flow says about itself. */
export const metadataSchema = z.strictObject({
  name: z
    .string()
    .max(200)
    .refine((text) => text.trim() !== '', { error: 'A name must not be empty' })
    .refine((text) => !/\p{Cc}/u.test(text), { error: 'A name has no control characters' })
    .optional(),
  description: z.string().max(2000).nullish(),
  version: z.string().min(1).max(64).optional(),
})

const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, {
  error: 'Expected the name of a header, such as X-Signature',
})

const verify = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('standard'), secret }),
  z.strictObject({
    kind: z.literal('hmac'),
    secret,
    header: headerName,
    encoding: z.enum(['hex', 'base64']),
    prefix: z.string().max(100).optional(),
  }),
  z.strictObject({ kind: z.literal('header'), secret, header: headerName }),
  z.strictObject({ kind: z.enum(['github', 'stripe', 'slack']), secret }),
])

/** What may start a run (faces/dashboard.md §10, faces/journeys.md §9). */
export const triggerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['api', 'form', 'schedule']) }),
  z.strictObject({
    type: z.literal('webhook'),
    id: z.string().regex(/^[a-z0-9-]{1,40}$/, { error: 'A webhook id has 1 to 40 of a-z, 0-9 and -' }),
    verify: verify.optional(),
    inputs: z.record(z.string(), z.json()).optional(),
    respond: z.literal('sync').optional(),
  }),
  z.strictObject({
    type: z.literal('journey'),
    flowType: z.string().regex(/^[A-Z][A-Z0-9_]{1,63}$/, {
      error: 'A flowType has 2 to 64 of A-Z, 0-9 and _, and begins with a letter, e.g. REGISTRATION',
    }),
    showMessages: z.boolean().optional(),
  }),
])

/** Settings as authors write them; defaults are filled in by `readSettings`. */
export const settingsSchema = z.strictObject({
  timeoutSeconds: seconds(year).optional(),
  waitTimeoutSeconds: seconds(year).optional(),
  durability: z.enum(['auto', 'standard']).optional(),
  syncSeconds: z.int().min(0).max(25).optional(),
  retentionDays: z.int().min(1).max(3650).optional(),
  concurrency: z
    .strictObject({
      key: z.string().min(1),
      limit: z.int().min(1).max(1000).optional(),
      whenFull: z.enum(['queue', 'reject', 'cancel-previous']).optional(),
    })
    .optional(),
})

/** Settings as authors write them. */
export type WrittenSettings = z.infer<typeof settingsSchema>

/** How a working step is tried again. */
export const retrySchema = z.strictObject({
  maxAttempts: z.int().min(1).max(100),
  intervalSeconds: z.int().min(1).max(86_400).optional(),
  backoffRate: z.number().min(1).max(10).optional(),
  maxDelaySeconds: z.int().min(1).max(86_400).optional(),
  on: z.array(z.string().min(1).max(100)).min(1).max(20).optional(),
})

/** How long a step may take. */
export const stepTimeoutSchema = seconds(year)
