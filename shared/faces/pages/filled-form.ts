import type { WaitView } from '../../core/run-view.ts'
import { Fault } from '../../faults.ts'
import { readJson } from '../../http/body.ts'
import { readNumberText } from '../../steps/number-text.ts'
import type { Json, JsonObject } from '../../world.ts'
import { type Filled, type FormField, optionsOf } from './form-fields.ts'
import { fieldsOfWait } from './wait-fields.ts'

/**
 * The answer that a filled-in page means: texts become what their fields want. What cannot become that stays text, and the step
 * says what is wrong with it.
 */
export function answerIn(filled: Filled, wait: WaitView): JsonObject {
  if (wait.kind === 'approval') return decisionIn(filled, wait)
  if (wait.kind === 'webauthn') return { params: credentialIn(filled) }
  const { actionId } = filled
  return {
    ...(typeof actionId === 'string' && actionId !== '' ? { actionId } : {}),
    params: valuesIn(filled, wait),
  }
}

function decisionIn(filled: Filled, wait: WaitView): JsonObject {
  const answer: JsonObject = {}
  if (typeof filled.decision === 'string' && filled.decision !== '') answer.decision = filled.decision
  if (typeof filled.message === 'string' && filled.message !== '')
    answer.message = withPlainLines(filled.message)
  return fieldsOfWait(wait).length === 0 ? answer : { ...answer, form: valuesIn(filled, wait) }
}

function credentialIn({ tokenResponse, failure }: Filled): JsonObject {
  if (typeof tokenResponse === 'string' && tokenResponse !== '') return { tokenResponse }
  return typeof failure === 'string' && failure !== '' ? { error: failure } : {}
}

function valuesIn(filled: Filled, wait: WaitView): JsonObject {
  const values = fieldsOfWait(wait, filled.actionId).map((field): [string, Json] => [
    field.name,
    valueIn(field, filled),
  ])
  return Object.fromEntries(values.filter(([, value]) => value !== null))
}

function valueIn(field: FormField, filled: Filled): Json {
  const name = `form.${field.name}`
  const sent = Object.hasOwn(filled, name) ? (filled[name] ?? null) : null
  if (field.type === 'boolean') return sent === 'true'
  if (field.type === 'multiselect') {
    const chosen = sent === null ? [] : [sent].flat()
    return chosen.length === 0 ? null : chosen.map((one) => chosenIn(field, one))
  }
  if (typeof sent !== 'string') return sent
  if (sent === '') return null
  return (readers[field.type] ?? ((text) => text))(sent, field)
}

const readers: Record<string, (text: string, field: FormField) => Json> = {
  number: numberIn,
  integer: numberIn,
  select: (text, field) => chosenIn(field, text),
  // Browsers give no zone, and no seconds if they are zero; the page says that it means UTC.
  datetime: (text) =>
    /T\d\d:\d\d$/.test(text) ? `${text}:00Z` : /[Zz]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`,
  json: jsonIn,
  textarea: withPlainLines,
}

/** @throws {Fault} `validation_failed` */
function jsonIn(text: string, { name }: FormField): Json {
  try {
    return readJson(text)
  } catch (error) {
    const message = `${name} must be JSON: ${(error as Error).message}`
    const issues = [{ path: `/form/${name}`, code: 'invalid_json', message }]
    throw new Fault('validation_failed', '1 problem in the answer', { issues }, error)
  }
}

/** Forms send line breaks as two characters. */
function withPlainLines(text: string): string {
  return text.replaceAll('\r\n', '\n')
}

function numberIn(text: string): Json {
  return readNumberText(text.trim()) ?? text
}

/** Options are named by their place: their values may be anything. */
function chosenIn(field: FormField, sent: Json): Json {
  const option =
    typeof sent === 'string' && /^\d{1,5}$/.test(sent) ? optionsOf(field)[Number(sent)] : undefined
  return option === undefined ? sent : option.value
}
