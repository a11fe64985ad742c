import type * as z from 'zod'
import { actionsOf, fieldsOf, partsOf } from './read.ts'
import { conditionOf, type Rule, type RuleOfField } from './rules.ts'

interface Written {
  components: unknown
  validations?: RuleOfField[] | undefined
}

/** What only the whole view shows: names that stand twice, no action, rules about fields that are not there. */
export function checkWhole({ value, issues }: z.core.ParsePayload<Written>): void {
  const { components, validations = [] } = value
  const report = (path: (string | number)[], code: string, message: string) =>
    issues.push({ code: 'custom', path, params: { code }, message, input: value })
  if (actionsOf(components).length === 0)
    report(['components'], 'required', 'A view needs an action: add a BUTTON with an actionId')

  const seen = new Map<string, Set<string>>()
  const once = (what: string, name: unknown, path: (string | number)[]) => {
    if (typeof name !== 'string') return
    const names = seen.get(what) ?? new Set()
    seen.set(what, names)
    if (names.has(name))
      report(path, `duplicate_${what}`, `There are two components with the ${what} ${name}`)
    names.add(name)
  }
  checkNames(components, report)
  const fields = new Set(fieldsOf(components).map(({ identifier }) => identifier))
  for (const { component, type, config, path } of partsOf(components)) {
    const at = ['components', ...path]
    once('id', component.id, [...at, 'id'])
    const isAction = type === 'BUTTON' || type === 'RESEND'
    if (isAction) once('actionId', component.actionId ?? component.id, [...at, 'actionId'])
    if (type === 'CAPTCHA') once('identifier', 'captchaResponse', at)
    else once('identifier', config.identifier, [...at, 'config', 'identifier'])
    if (!Array.isArray(config.validations)) continue
    for (const [index, rule] of (config.validations as unknown as Rule[]).entries())
      checkOther(rule, fields, [...at, 'config', 'validations', index], report)
  }
  for (const [index, rule] of validations.entries()) {
    if (!fields.has(rule.identifier))
      report(
        ['validations', index, 'identifier'],
        'unknown_identifier',
        `No field of this view is called ${rule.identifier.slice(0, 80)}`,
      )
    checkOther(rule, fields, ['validations', index], report)
  }
}

/** Clients send the one name or the other: a button must not be called what another one does. */
function checkNames(
  components: unknown,
  report: (path: (string | number)[], code: string, message: string) => void,
): void {
  const actions = actionsOf(components)
  for (const { component, type, path } of partsOf(components)) {
    if (type !== 'BUTTON' && type !== 'RESEND') continue
    const { id, actionId = id } = component
    if (id === actionId || !actions.some((other) => other.actionId === id && other.id !== id)) continue
    const message = `${String(id).slice(0, 80)} is the actionId of another component: an answer could mean either`
    report(['components', ...path, 'id'], 'duplicate_actionId', message)
  }
}

function checkOther(
  rule: Rule,
  fields: Set<string>,
  path: (string | number)[],
  report: (path: (string | number)[], code: string, message: string) => void,
): void {
  if (rule.name !== 'EqualityValidator') return
  const other = conditionOf(rule, 'other')
  if (other !== undefined && !fields.has(other))
    report(
      [...path, 'conditions'],
      'unknown_identifier',
      `No field of this view is called ${other.slice(0, 80)}`,
    )
}
