import type * as z from 'zod'
import { partsOf, pointerOf } from '../pointer.ts'
import type { Json } from '../world.ts'
import { errorAt, type Finding } from './problem.ts'

type ZodIssue = z.core.$ZodIssue

/** Where a value that a schema has judged stands in the document. */
interface Judged {
  /** JSON pointer of the value. */
  path: string
  value: unknown
  stepId?: string | undefined
}

/**
 * What a schema objects to, said so that an author knows what would be right.
 *
 * @param schema names the allowed keys where one is unknown.
 */
export function findingsOf(error: z.ZodError, schema: z.ZodType, judged: Judged): Finding[] {
  return error.issues.flatMap((issue) => findingsOfIssue(issue, schema, judged))
}

/** Reads a value with a schema; what is wrong goes to the findings. */
export function readWith<T>(
  schema: z.ZodType<T>,
  value: unknown,
  path: string,
  findings: Finding[],
  stepId?: string,
) {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  findings.push(...findingsOf(result.error, schema, { path, value, stepId }))
  return undefined
}

function findingsOfIssue(issue: ZodIssue, schema: z.ZodType, judged: Judged): Finding[] {
  const at = (code: string, message: string, ...more: PropertyKey[]): Finding =>
    errorAt(judged.path + pointerOf([...issue.path, ...more]), code, message, judged.stepId)
  const value = valueAt(judged.value, issue.path)
  const name = nameOf(issue.path, judged.path)

  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return [at('required', `${name} is required`)]
      return [at('invalid_type', `${name} must be ${kindName(issue.expected)}, not ${kindOf(value)}`)]
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        at('unknown_key', unknownKey(key, keysAt(schema, issue.path, value)), key),
      )
    case 'invalid_value':
      if (value === undefined) return [at('required', `${name} is required: ${oneOf(issue.values)}`)]
      return [at('invalid_value', `${name} must be ${oneOf(issue.values)}`)]
    case 'too_small':
      return [
        at('too_small', `${name} must ${sizeOf(issue.origin, 'least', issue.minimum, issue.inclusive)}`),
      ]
    case 'too_big':
      return [at('too_large', `${name} must ${sizeOf(issue.origin, 'most', issue.maximum, issue.inclusive)}`)]
    case 'invalid_union':
      return unionFindings(issue, schema, judged)
    case 'invalid_key':
      return [at('invalid_value', `${name}: ${issue.issues.map(({ message }) => message).join('; ')}`)]
    case 'custom':
      return [at(customCode(issue), issue.message)]
    default:
      return [
        at(
          'invalid_value',
          issue.message.startsWith('Invalid') ? `${name}: ${issue.message}` : issue.message,
        ),
      ]
  }
}

/** The message for a key that nothing reads. */
export function unknownKey(key: string, allowed: readonly string[] | undefined): string {
  const unknown = `There is no key ${JSON.stringify(key.slice(0, 60))} here`
  return allowed === undefined || allowed.length === 0
    ? unknown
    : `${unknown}; allowed: ${allowed.join(', ')}`
}

type UnionIssue = Extract<ZodIssue, { code: 'invalid_union' }>

function unionFindings(issue: UnionIssue, schema: z.ZodType, judged: Judged): Finding[] {
  const value = valueAt(judged.value, issue.path)
  const name = nameOf(issue.path, judged.path)
  const path = judged.path + pointerOf(issue.path)
  if (issue.errors.length === 0) {
    if (value === undefined) return [errorAt(path, 'required', `${name} is required`, judged.stepId)]
    const known = discriminants(schemaAt(schema, issue.path.slice(0, -1)))
    const right = known.length > 0 ? `must be ${oneOf(known)}` : issue.message
    return [errorAt(path, 'invalid_value', `${name} ${right}`, judged.stepId)]
  }
  if (value === undefined) return [errorAt(path, 'required', `${name} is required`, judged.stepId)]

  // The form that the author meant is the one that objects least and latest.
  const fitting = issue.errors.filter((errors) =>
    errors.some((error) => error.path.length > 0 || !isKind(error)),
  )
  if (fitting.length === 0)
    return [errorAt(path, 'invalid_type', ownWords(issue, name, value), judged.stepId)]
  const best = fitting.reduce((a, b) => (weight(b) < weight(a) ? b : a))
  return best.flatMap((error) =>
    findingsOfIssue({ ...error, path: [...issue.path, ...error.path] } as ZodIssue, schema, judged),
  )
}

function ownWords(issue: UnionIssue, name: string, value: unknown): string {
  if (issue.message !== 'Invalid input') return issue.message
  const kinds = issue.errors.flatMap((errors) =>
    errors.map((error) => ('expected' in error ? kindName(String(error.expected)) : error.message)),
  )
  return `${name} must be ${[...new Set(kinds)].join(' or ')}, not ${kindOf(value)}`
}

function isKind(issue: ZodIssue): boolean {
  return issue.code === 'invalid_type'
}

function weight(errors: ZodIssue[]): number {
  const depth = Math.max(...errors.map((error) => error.path.length))
  return errors.length - depth * 10
}

function customCode(issue: ZodIssue): string {
  const code = (issue as { params?: { code?: unknown } }).params?.code
  return typeof code === 'string' ? code : 'invalid_value'
}

function oneOf(values: readonly unknown[]): string {
  const shown = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  return shown.length === 1 ? `${shown[0]}` : `one of ${shown.join(', ')}`
}

function sizeOf(origin: string, bound: 'least' | 'most', size: number | bigint, inclusive = true): string {
  const beyond = inclusive
    ? `at ${bound} ${size}`
    : bound === 'least'
      ? `more than ${size}`
      : `less than ${size}`
  if (origin === 'string')
    return size === 1 && bound === 'least' ? 'not be empty' : `have ${beyond} characters`
  if (origin === 'array' || origin === 'set' || origin === 'map') return `have ${beyond} items`
  if (origin === 'object' || origin === 'record') return `have ${beyond} members`
  return `be ${beyond}`
}

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}

function kindName(expected: string): string {
  return kinds[expected] ?? expected
}

/** What a value is, in the author's words. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a fraction'
  return kindName(typeof value)
}

/** The last name of a path: what a sentence about the value begins with. */
function nameOf(path: readonly PropertyKey[], around: string): string {
  const names = path.filter((part) => typeof part === 'string' && !/^\d+$/.test(part))
  const last = path.at(-1)
  if (last === undefined) return partsOf(around).at(-1) ?? 'This'
  return typeof last === 'number' ? `${String(names.at(-1) ?? 'item')}[${last}]` : String(last)
}

function valueAt(value: unknown, path: readonly PropertyKey[]): Json | undefined {
  let at = value
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined
    at = (at as Record<PropertyKey, unknown>)[part]
  }
  return at as Json | undefined
}

interface Def {
  type?: string
  shape?: Record<string, z.ZodType>
  element?: z.ZodType
  innerType?: z.ZodType
  valueType?: z.ZodType
  in?: z.ZodType
  options?: z.ZodType[]
  discriminator?: string
  values?: unknown[]
  entries?: Record<string, unknown>
}

function defOf(schema: z.ZodType | undefined): Def {
  const def = (schema as unknown as { def?: Def } | undefined)?.def ?? {}
  const inner = def.innerType ?? def.in
  return inner === undefined ? def : defOf(inner)
}

/** All forms that a value at a path may have. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): Def[] {
  let at = formsOf(schema)
  for (const part of path)
    at = at.flatMap((def) => formsOf(def.shape?.[String(part)] ?? def.element ?? def.valueType))
  return at
}

function formsOf(schema: z.ZodType | undefined): Def[] {
  if (schema === undefined) return []
  const def = defOf(schema)
  return def.options === undefined ? [def] : def.options.flatMap((option) => formsOf(option))
}

/** The keys that an object may have; where it says which form it has, the keys of that form. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[], value: Json | undefined): string[] {
  const forms = schemaAt(schema, path)
  const meant = forms.filter((form) =>
    ['type', 'kind'].every((key) => {
      const words = wordsOf(form.shape?.[key])
      return words.length === 0 || words.includes(valueAt(value, [key]))
    }),
  )
  return [...new Set((meant.length > 0 ? meant : forms).flatMap((def) => Object.keys(def.shape ?? {})))]
}

/** The words that tell the forms of a union apart, e.g. the types of a trigger. */
function discriminants(forms: Def[]): unknown[] {
  return forms.flatMap((form) => wordsOf(form.shape?.type ?? form.shape?.kind))
}

function wordsOf(schema: z.ZodType | undefined): unknown[] {
  const def = defOf(schema)
  return def.values ?? Object.values(def.entries ?? {})
}
