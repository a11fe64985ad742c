import * as z from 'zod'
import { isTemplate } from '../params.ts'

/** Longest value of a text field, in code points, and of a password. */
export const longestText = 10_000
export const longestPassword = 1024
/** Most characters of a regular expression. */
const longestPattern = 500

/** The conditions that each validator reads, by its name (faces/journeys.md §7). */
const validators = {
  LengthValidator: ['min.length', 'max.length'],
  UpperCaseValidator: ['min.length'],
  LowerCaseValidator: ['min.length'],
  NumeralValidator: ['min.length'],
  SpecialCharacterValidator: ['min.length'],
  PatternValidator: ['pattern'],
  EqualityValidator: ['other'],
} as const

export type ValidatorName = keyof typeof validators

const names = Object.keys(validators) as ValidatorName[]

/** Rules are fixed: a pattern that a caller could make would be his own, and could be none. */
const fixed = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text): boolean => !isTemplate(text), 'Expected fixed text without expressions')

const shape = {
  type: z.literal('RULE').optional(),
  name: z.enum(names),
  conditions: z
    .array(z.strictObject({ key: z.string(), value: z.union([fixed(1000), z.int()]) }))
    .min(1)
    .max(10),
  message: fixed(500).min(1).optional(),
  i18nKey: fixed(200).min(1).optional(),
}

/** A rule that a value must obey, as it stands at its field. */
export const rule = z.strictObject(shape).check(checkConditions)

/** The same among the step's `validations`, where it names its field. */
export const ruleOfField = z
  .strictObject({ ...shape, identifier: z.string().min(1).max(200) })
  .check(checkConditions)

export type Rule = z.infer<typeof rule>
export type RuleOfField = z.infer<typeof ruleOfField>

/** The value of a condition as text; undefined if the rule has none of that key. */
export function conditionOf({ conditions }: Rule, key: string): string | undefined {
  const found = conditions.find((condition) => condition.key === key)
  return found === undefined ? undefined : String(found.value)
}

/** The value of a condition as a count. */
export function countOf(rule: Rule, key: string): number | undefined {
  const value = conditionOf(rule, key)
  return value === undefined ? undefined : Number(value)
}

function checkConditions(context: z.core.ParsePayload<Rule>): void {
  const { name, conditions } = context.value
  const allowed: readonly string[] = validators[name]
  const report = (index: number, member: string, message: string) =>
    context.issues.push({
      code: 'custom',
      path: ['conditions', index, member],
      message,
      input: context.value,
    })
  for (const [index, { key, value }] of conditions.entries()) {
    if (!allowed.includes(key)) report(index, 'key', `${name} reads ${allowed.join(' and ')} only`)
    else if (key.endsWith('.length') && !isCount(String(value)))
      report(index, 'value', `${key} must be a whole number from 0 to ${longestText}`)
    else if (key === 'pattern' && String(value).length > longestPattern)
      report(index, 'value', `A pattern has at most ${longestPattern} characters`)
  }
}

function isCount(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= longestText
}
