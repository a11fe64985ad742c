import { fieldsOf, type ViewField } from '../../steps/view/read.ts'
import type { Json, JsonObject } from '../../world.ts'
import { dictionary, isObject } from '../reading.ts'

/** A step of ours that does what an executor does. */
export interface Executed {
  type: string
  params: JsonObject
}

/** A field that a view asks for, and how expressions call it. */
interface Asked extends ViewField {
  template: string
}

/** What is known of executors: made from the fields that the flow's views ask for; null if they do not say enough. */
const executors: Record<string, (fields: Asked[]) => Executed | null> = {
  UserProvisioningExecutor: provisioning,
}

/** The names that have steps of ours. */
export const knownExecutors = Object.keys(executors)

/** True if it has. */
export function isKnown(name: Json): name is string {
  return typeof name === 'string' && Object.hasOwn(executors, name)
}

/** The step that an executor stands for; null if its params cannot be told from the views. */
export function executed(name: string, steps: Json[]): Executed | null {
  const make = isKnown(name) ? executors[name] : undefined
  return make?.(steps.flatMap((step) => askedBy(step))) ?? null
}

/** Makes the user of whom one e-mail was asked, with the password if there was one, and all else as attributes. */
function provisioning(fields: Asked[]): Executed | null {
  const emails = fields.filter(({ kind }) => kind === 'EMAIL')
  const passwords = fields.filter(
    ({ kind, rules }) => kind === 'PASSWORD' && !(rules as unknown as Json[]).some(isRepeat),
  )
  const [email, password] = [emails[0], passwords[0]]
  if (email === undefined || emails.length > 1 || passwords.length > 1) return null
  const others = fields.filter(({ kind, sealed }) => kind !== 'EMAIL' && kind !== 'OTP' && !sealed)
  const attributes = dictionary<Json>()
  for (const { identifier, template } of others) attributes[identifier] = template
  return {
    type: 'user.create',
    params: {
      email: email.template,
      ...(password === undefined ? {} : { password: password.template }),
      ...(others.length === 0 ? {} : { attributes }),
    },
  }
}

/** A password that must equal another one is that other one. */
function isRepeat(rule: Json): boolean {
  return isObject(rule) && rule.name === 'EqualityValidator'
}

function askedBy(step: Json): Asked[] {
  if (!isObject(step) || step.type !== 'VIEW' || !isObject(step.data ?? null)) return []
  const { id } = step
  return fieldsOf((step.data as JsonObject).components).flatMap((field) => {
    const name = nameOf(field.identifier)
    return name === null ? [] : [{ ...field, template: `{{${String(id)}.${name}}}` }]
  })
}

/** A field's name as expressions write it; null for one that they cannot write. */
function nameOf(identifier: string): string | null {
  if (/^[A-Za-z]\w*$/.test(identifier)) return identifier
  return /[`{}]/.test(identifier) ? null : `\`${identifier}\``
}
