import * as z from 'zod'

/** True if the text holds a `{{ }}` expression, so that its value is known at run time only. */
export function isTemplate(value: unknown): value is string {
  return typeof value === 'string' && value.includes('{{')
}

/** What stands behind a schema that is a mere check, for those who show it (params-schema.ts). */
export const takes = new WeakMap<object, z.ZodType>()

/** Takes what the schema takes, or a text with a `{{ }}` expression; problems are reported as the schema's own. */
export function templated<T>(schema: z.ZodType<T>): z.ZodType<T | string> {
  const check = z.unknown().check((context) => {
    if (isTemplate(context.value)) return
    const result = schema.safeParse(context.value)
    if (result.success) return
    for (const issue of result.error.issues)
      context.issues.push({ ...issue, input: context.value } as z.core.$ZodRawIssue)
  })
  takes.set(check, schema)
  return check as unknown as z.ZodType<T | string>
}

/** Takes only a text with a `{{ }}` expression, or what the schema takes; for places where plain text is a slip. */
export function expressionOr<T>(schema: z.ZodType<T>, what: string): z.ZodType<T | string> {
  const check = z.unknown().check((context) => {
    if (isTemplate(context.value) || schema.safeParse(context.value).success) return
    context.issues.push({ code: 'custom', message: `Expected ${what}`, input: context.value })
  })
  takes.set(check, schema)
  return check as unknown as z.ZodType<T | string>
}

/** A text that is not empty. */
export const text = z.string().min(1)

/** Any JSON; expressions may stand in it at any depth. */
export const anything = z.json()

/** A nested graph `{start?, nodes}`; read and checked by the definitions room. */
export const body = z.record(z.string(), z.unknown())

const unitSeconds: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds of a duration written as a number or as `500ms`, `2s`, `5m`, `1h`, `7d`; null if it is neither. */
export function readSeconds(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : null
  const match = typeof value === 'string' ? /^(\d{1,12}(?:\.\d{1,6})?) ?(ms|s|m|h|d)$/.exec(value) : null
  return match ? Number(match[1]) * (unitSeconds[match[2] as string] as number) : null
}

/** A duration: seconds as a number, or `500ms`, `2s`, `5m`, `1h`, `7d`. */
export const duration = templated(
  z
    .union([z.number(), z.string()])
    .refine(
      (value) => readSeconds(value) !== null,
      'Expected seconds as a number, or a text such as 2s or 5m',
    ),
)

/** An http or https address; one that holds an expression is judged at run time. */
export const address = templated(z.string().refine(isWebAddress, 'Expected an http or https URL'))

function isWebAddress(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:')
}
