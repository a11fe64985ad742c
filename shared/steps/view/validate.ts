import type { Json } from '../../world.ts'
import type { ViewField } from './read.ts'
import { conditionOf, countOf, type Rule, type ValidatorName } from './rules.ts'
import { problem, type ViewProblem } from './values.ts'

/** Read from disk by the first pattern: most views have none. */
const linear = () => import('../../expressions/linear-pattern.ts')

/** Everything that a value breaks of its field's rules; the texts and keys of a rule go before the usual ones. */
export async function brokenRules(
  { identifier, rules }: ViewField,
  value: Json,
  values: ReadonlyMap<string, Json>,
): Promise<ViewProblem[]> {
  const found: ViewProblem[] = []
  for (const rule of rules)
    for (const broken of await breaks(rule, identifier, String(value), values))
      found.push({
        ...broken,
        ...(rule.message === undefined ? {} : { message: rule.message }),
        ...(rule.i18nKey === undefined ? {} : { i18nKey: rule.i18nKey }),
      })
  return found
}

/** What is wrong with a field that was left empty: it is not the same as another that was given. */
export async function notRepeated(
  field: ViewField,
  values: ReadonlyMap<string, Json>,
): Promise<ViewProblem[]> {
  const rules = field.rules.filter(
    (rule) => rule.name === 'EqualityValidator' && values.has(conditionOf(rule, 'other') ?? ''),
  )
  return await brokenRules({ ...field, rules }, '', values)
}

async function breaks(
  rule: Rule,
  identifier: string,
  text: string,
  values: ReadonlyMap<string, Json>,
): Promise<ViewProblem[]> {
  if (rule.name === 'LengthValidator') return lengthBreaks(rule, identifier, [...text].length)
  if (rule.name === 'PatternValidator') {
    const { matchesPattern } = await linear()
    if (matchesPattern(conditionOf(rule, 'pattern') ?? '', text)) return []
    return [problem(identifier, 'pattern_mismatch', 'This does not have the right form')]
  }
  if (rule.name === 'EqualityValidator') {
    const other = conditionOf(rule, 'other') ?? ''
    if (values.has(other) && String(values.get(other)) === text) return []
    return [problem(identifier, 'not_equal', `This is not the same as ${other}`, { other })]
  }
  return classBreaks(rule, identifier, text)
}

function lengthBreaks(rule: Rule, identifier: string, length: number): ViewProblem[] {
  const [min, max] = [countOf(rule, 'min.length'), countOf(rule, 'max.length')]
  if (min !== undefined && length < min)
    return [problem(identifier, 'length_min', `Enter at least ${min} characters`, { min })]
  if (max !== undefined && length > max)
    return [problem(identifier, 'length_max', `Enter at most ${max} characters`, { max })]
  return []
}

type ClassName = Exclude<ValidatorName, 'LengthValidator' | 'PatternValidator' | 'EqualityValidator'>

const classes: Record<ClassName, { id: string; what: string; pattern: RegExp }> = {
  UpperCaseValidator: { id: 'uppercase_missing', what: 'upper-case letters', pattern: /\p{Lu}/gu },
  LowerCaseValidator: { id: 'lowercase_missing', what: 'lower-case letters', pattern: /\p{Ll}/gu },
  NumeralValidator: { id: 'numeral_missing', what: 'digits', pattern: /\p{Nd}/gu },
  SpecialCharacterValidator: {
    id: 'special_missing',
    what: 'special characters',
    pattern: /[^\p{L}\p{N}\s]/gu,
  },
}

function classBreaks(rule: Rule, identifier: string, text: string): ViewProblem[] {
  const { id, what, pattern } = classes[rule.name as ClassName]
  const min = countOf(rule, 'min.length') ?? 1
  if ((text.match(pattern) ?? []).length >= min) return []
  return [problem(identifier, id, `Enter at least ${min} ${what}`, { min })]
}
