import type { Json, JsonObject } from '../../world.ts'
import type { Rule } from './rules.ts'

/** A component, wherever it stands, with its place. */
export interface Part {
  component: JsonObject
  type: string
  config: JsonObject
  path: (string | number)[]
  /** The FORM around it. */
  form: JsonObject | null
}

/** A field that an answer may fill in. */
export interface ViewField {
  identifier: string
  /** An INPUT's variant, or SELECT. */
  kind: string
  required: boolean
  sealed: boolean
  options: string[]
  length: number | undefined
  rules: Rule[]
  form: JsonObject | null
}

/** A BUTTON or RESEND. */
export interface ViewAction {
  actionId: string
  id: string | undefined
  /** The FORM whose required fields it needs; null = it needs none. */
  submits: JsonObject | null
}

/** The value of a CAPTCHA, in an answer. */
export const captchaResponse = 'captchaResponse'

/** Every component, those inside a FORM after it. Of what is no component nothing. */
export function partsOf(components: unknown): Part[] {
  return objects(components).flatMap(([component, index]) => {
    const inside = component.type === 'FORM' ? objects(component.components) : []
    return [
      partOf(component, [index], null),
      ...inside.map(([inner, at]) => partOf(inner, [index, 'components', at], component)),
    ]
  })
}

function partOf(component: JsonObject, path: (string | number)[], form: JsonObject | null): Part {
  return { component, type: String(component.type), config: objectOf(component.config), path, form }
}

function objects(list: unknown): [JsonObject, number][] {
  if (!Array.isArray(list)) return []
  return list.flatMap((item, index) => (isObject(item) ? [[item, index] as [JsonObject, number]] : []))
}

/** The fields of a view in the order of its components. */
export function fieldsOf(components: unknown): ViewField[] {
  return partsOf(components).flatMap((part) => {
    const field = fieldOf(part)
    return field === null ? [] : [field]
  })
}

/** The field that a component is; null if it is none. */
export function fieldOf({ component, type, config, form }: Part): ViewField | null {
  if (type === 'CAPTCHA') return captchaField(form)
  if ((type !== 'INPUT' && type !== 'SELECT') || typeof config.identifier !== 'string') return null
  const kind = type === 'SELECT' ? 'SELECT' : kindOf(component.variant, config.type)
  return {
    identifier: config.identifier,
    kind,
    required: config.required === true,
    sealed: kind === 'PASSWORD' || config.sensitive === true,
    options: optionsOf(config.options),
    length: typeof config.length === 'number' ? config.length : undefined,
    rules: (Array.isArray(config.validations) ? config.validations : []) as unknown as Rule[],
    form,
  }
}

/** Written as one or the other: a password is never taken for plain text. */
function kindOf(variant: Json | undefined, type: Json | undefined): string {
  if (type === 'password') return 'PASSWORD'
  return typeof variant === 'string' ? variant : 'TEXT'
}

function captchaField(form: JsonObject | null): ViewField {
  const plain = { required: false, sealed: false, options: [], length: undefined, rules: [] }
  return { identifier: captchaResponse, kind: 'TEXT', ...plain, form }
}

function optionsOf(options: Json | undefined): string[] {
  if (!Array.isArray(options)) return []
  return options.map((option) => String(isObject(option) ? option.value : option))
}

/** The actions of a view in the order of its components. */
export function actionsOf(components: unknown): ViewAction[] {
  return partsOf(components).flatMap(({ component, type, config, form }) => {
    if (type !== 'BUTTON' && type !== 'RESEND') return []
    const id = typeof component.id === 'string' ? component.id : undefined
    const actionId = typeof component.actionId === 'string' ? component.actionId : id
    if (actionId === undefined) return []
    const submits = type === 'BUTTON' && config.type !== 'button' ? form : null
    return [{ actionId, id, submits }]
  })
}

/** Identifiers of all required fields of the first FORM that has a submitting action, in order. */
export function requiredParamsOf(components: unknown): string[] {
  const form = actionsOf(components).find(({ submits }) => submits !== null)?.submits
  return fieldsOf(components)
    .filter((field) => field.required && field.form !== null && field.form === form)
    .map(({ identifier }) => identifier)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
