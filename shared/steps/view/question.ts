import { StepError } from '../../step-error.ts'
import type { Json, JsonObject } from '../../world.ts'
import { dropdownOptions, selectOptions } from './components.ts'
import { htmlProblem, joinHtml } from './html.ts'
import { fieldOf, type Part, partsOf } from './read.ts'
import type { RuleOfField } from './rules.ts'

/** Members of `config` that are texts for people, once their expressions have values. */
const texts = ['text', 'label', 'placeholder', 'hint', 'src', 'alt', 'version', 'siteKey']

/**
 * The components as they are shown: texts filled in, actions and ids named, the step's rules at their fields, and no default
 * of a value that must not be seen. FORMs are compared by identity, so that the list is made anew.
 *
 * @throws {StepError} `View.BadQuestion` where the values of expressions make no component.
 */
export function shownComponents(written: Json, rules: RuleOfField[]): JsonObject[] {
  const parts = partsOf(written)
  const outer = parts.filter(({ form }) => form === null)
  return outer.map((part) => {
    const inside = parts.filter(({ form }) => form === part.component)
    const shown = shownOf(part, rules)
    return part.type === 'FORM' ? { ...shown, components: inside.map((one) => shownOf(one, rules)) } : shown
  })
}

function shownOf(part: Part, rules: RuleOfField[]): JsonObject {
  const { component, type, path } = part
  const { id, variant, actionId } = component
  const field = type === 'CAPTCHA' ? null : fieldOf(part)
  const isAction = type === 'BUTTON' || type === 'RESEND'
  const action = actionId ?? id
  return {
    id:
      id ??
      field?.identifier ??
      action ??
      `${type.toLowerCase()}_${path.join('_').replace('_components', '')}`,
    type,
    ...(isAction && action !== undefined ? { actionId: action } : {}),
    ...(variant === undefined ? {} : { variant }),
    ...(type === 'FORM' && component.config === undefined ? {} : { config: shownConfig(part, rules) }),
  }
}

function shownConfig(part: Part, rules: RuleOfField[]): JsonObject {
  const { type, config } = part
  const shown: JsonObject = { ...config }
  for (const name of texts) if (shown[name] !== undefined) shown[name] = textOf(shown[name])
  if (type === 'RICH_TEXT') shown.text = richTextOf(config.text)
  if (type === 'IMAGE' && URL.parse(String(shown.src))?.protocol !== 'https:')
    throw bad('The src of an IMAGE is no https URL')
  const field = type === 'CAPTCHA' ? null : fieldOf(part)
  if (field === null) return shown
  if (field.sealed || shown.defaultValue === null) delete shown.defaultValue
  else if (shown.defaultValue !== undefined) shown.defaultValue = defaultOf(shown.defaultValue)
  if (shown.options !== undefined) shown.options = optionsOf(type, shown.options)
  const own = rules.filter(({ identifier }) => identifier === field.identifier)
  const all = [...field.rules, ...own.map(({ identifier: _, ...rule }) => rule)]
  if (all.length > 0) shown.validations = all as unknown as Json
  return shown
}

function textOf(value: Json): string {
  if (typeof value === 'string') return value
  return value === null ? '' : JSON.stringify(value)
}

function defaultOf(value: Json): Json {
  return typeof value === 'number' || typeof value === 'boolean' ? value : textOf(value)
}

function optionsOf(type: string, options: Json): Json {
  const read = (type === 'SELECT' ? selectOptions : dropdownOptions).safeParse(options)
  if (read.success) return read.data as Json
  const right = type === 'SELECT' ? 'texts' : '{label, value}'
  throw bad(`The options of a ${type === 'SELECT' ? 'SELECT' : 'DROPDOWN'} are no list of ${right}`)
}

/** The values of expressions were kept apart (view.ts): what they hold is text. */
function richTextOf(value: Json | undefined): string {
  const parts = (value as { html?: Json } | null | undefined)?.html
  const html = Array.isArray(parts) ? joinHtml(parts.map(textOf)) : textOf(value ?? '')
  const wrong = htmlProblem(html.replaceAll('{{', '&#123;&#123;'))
  if (wrong !== null) throw bad(`A RICH_TEXT cannot be shown: ${wrong}`)
  return html
}

/** Values make no question that could be asked. */
export function bad(message: string): StepError {
  return new StepError('View.BadQuestion', message)
}
