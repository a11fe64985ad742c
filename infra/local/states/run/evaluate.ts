import type { Json } from '../../../../shared/world.ts'
import type { Expression } from '../definition/expression.ts'
import type { Formula, Template } from '../program/template.ts'
import { type Extra, followed, statesValue } from './context.ts'
import type { Frame } from './execution.ts'
import type { Machinery } from './machinery.ts'
import { evaluationFailed, StateError } from './state-error.ts'

const nothing: Extra = {}

/**
 * The value of a field, now or later: without a promise when nothing has to be evaluated.
 *
 * @throws {StateError} `States.QueryEvaluationError`.
 */
export function evaluate(
  machinery: Machinery,
  frame: Frame,
  template: Template,
  extra: Extra = nothing,
): Json | Promise<Json> {
  switch (template.kind) {
    case 'constant':
      return template.value
    case 'formula':
      return formulaValue(machinery, frame, template, extra)
    case 'list':
      return all(template.members.map((member) => evaluate(machinery, frame, member, extra)))
    case 'object': {
      const values = template.members.map(([, member]) => evaluate(machinery, frame, member, extra))
      const object = (given: Json[]) =>
        Object.fromEntries(template.members.map(([name], index) => [name, given[index] as Json]))
      const given = all(values)
      return given instanceof Promise ? given.then(object) : object(given)
    }
  }
}

function all(values: (Json | Promise<Json>)[]): Json[] | Promise<Json[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as Json[])
}

/** Failures come as rejections only: of several fields, each must be waited for. */
function formulaValue(
  machinery: Machinery,
  frame: Frame,
  { expression, field }: Formula,
  extra: Extra,
): Json | Promise<Json> {
  const direct = directValue(frame, expression, extra)
  if (direct !== undefined) return direct
  try {
    const bindings = bind(frame, expression, extra, field)
    const now = evaluateNow(machinery, expression, bindings, field)
    return now
      ? existing(now.value as Json | undefined, expression, field)
      : ask(machinery, frame, expression, bindings, field)
  } catch (error) {
    return Promise.reject(error)
  }
}

function evaluateNow(
  { pool }: Machinery,
  expression: Expression,
  bindings: Record<string, unknown>,
  field: string,
): { value: unknown } | undefined {
  try {
    return pool.evaluateNow?.(expression.source, undefined, bindings)
  } catch (error) {
    throw failed(expression, field, error)
  }
}

/** Milliseconds after which an evaluator that is busy is asked again. */
const busyMs = 5

async function ask(
  { pool, clock }: Machinery,
  frame: Frame,
  expression: Expression,
  bindings: Record<string, unknown>,
  field: string,
): Promise<Json> {
  const group = frame.execution.program.name
  for (;;)
    try {
      const value = await pool.evaluate(expression.source, undefined, bindings, { group })
      return existing(value, expression, field)
    } catch (error) {
      if (error instanceof StateError) throw error
      if ((error as { code?: unknown }).code !== 'expression_busy') throw failed(expression, field, error)
      await clock.sleep(busyMs)
    }
}

function existing(value: Json | undefined, expression: Expression, field: string): Json {
  if (value !== undefined) return value
  throw evaluationFailed(`${about(expression, field)} returned nothing (undefined).`, field)
}

function failed(expression: Expression, field: string, error: unknown): StateError {
  return evaluationFailed(`${about(expression, field)} threw an error. ${messageOf(error)}`, field)
}

function about({ source }: Expression, field: string): string {
  return `The JSONata expression '${source}' specified for the field '${field}'`
}

function messageOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return [code, message].filter((part) => typeof part === 'string').join(': ')
}

/** Only what the expression names is handed to it. */
function bind(frame: Frame, expression: Expression, extra: Extra, field: string): Record<string, unknown> {
  const bindings: Record<string, unknown> = {}
  for (const name of expression.variables) {
    const value = variableOf(frame, name)
    if (value !== undefined) bindings[name] = value
    else if (expression.required.includes(name))
      throw evaluationFailed(`${about(expression, field)} reads $${name}, which is not assigned.`, field)
  }
  if (expression.states.length > 0) bindings.states = statesFor(frame, expression.states, extra)
  return bindings
}

function statesFor(frame: Frame, paths: readonly (readonly string[])[], extra: Extra): unknown {
  if (paths.some((path) => path.length === 0)) return statesValue(frame, extra, [])
  const states: Record<string, unknown> = {}
  const whole = paths.some((path) => path.length === 1 && path[0] === 'context')
  for (const path of whole ? [['context'], ...paths.filter(([member]) => member !== 'context')] : paths) {
    const known = path.slice(0, followed(path))
    put(states, known, statesValue(frame, extra, known))
  }
  return states
}

/** A longer path may lie in what a shorter one has put there; either way the value is the same. */
function put(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  if (value === undefined) return
  let at = into
  for (const name of path.slice(0, -1)) {
    const next = at[name] ?? {}
    at[name] = next
    at = next as Record<string, unknown>
  }
  at[path.at(-1) as string] = value
}

/** The value of a variable that this frame can read. */
export function variableOf(frame: Frame, name: string): Json | undefined {
  for (let at: Frame | null = frame; at; at = at.parent)
    if (Object.hasOwn(at.variables, name)) return at.variables[name]
  return undefined
}

/** What a plain path gives, or undefined if JSONata must say. */
function directValue(frame: Frame, { direct }: Expression, extra: Extra): Json | undefined {
  if (!direct) return undefined
  const { variable, path } = direct
  if (variable !== 'states') return memberOf(variableOf(frame, variable), path)
  const known = followed(path)
  return path.length === 0 ? undefined : memberOf(statesValue(frame, extra, path), path.slice(known))
}

/** Follows names through plain objects only: over a list, JSONata does more than to look up. */
function memberOf(value: unknown, path: readonly string[]): Json | undefined {
  let at = value
  for (const name of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, name))
      return undefined
    at = (at as Record<string, unknown>)[name]
  }
  return at as Json | undefined
}
