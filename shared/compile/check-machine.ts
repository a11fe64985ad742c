import type { Machine, Scope, State } from '../asl/states.ts'
import type { Issue } from '../faults.ts'
import { checkExpressions } from './check-expressions.ts'
import { aslErrors } from './validate-asl.ts'

/** The engine's own limit for a definition. */
const mostBytes = 1_048_576
const longestName = 80

/**
 * Checks a compiled machine before it is made: what asl-validator knows, and what no validator does (aws.md 2.2). An
 * empty list means that the engine will take it. Paths point into the machine.
 */
export function checkMachine(machine: Machine, kind: 'standard' | 'express'): Issue[] {
  const issues = [...checkSize(machine), ...checkScope(machine, '', [], kind)]
  const errors = aslErrors(withoutData(machine))
  if (errors !== null) issues.push(issue('', 'asl_invalid', errors))
  return issues
}

function issue(path: string, code: string, message: string): Issue {
  return { path, code, message }
}

function checkSize(machine: Machine): Issue[] {
  const bytes = Buffer.byteLength(JSON.stringify(machine))
  if (bytes <= mostBytes) return []
  return [issue('', 'machine_too_large', `The machine has ${bytes} bytes, the engine takes ${mostBytes}`)]
}

function checkScope(scope: Scope, path: string, outer: Set<string>[], kind: 'standard' | 'express'): Issue[] {
  const own = new Set(Object.values(scope.States).flatMap(assignedNames))
  const visible = [...outer, own]
  const issues: Issue[] = []
  for (const name of own) issues.push(...checkName(name, path, outer))
  for (const [name, state] of Object.entries(scope.States)) {
    const at = `${path}/States/${name}`
    if (name.length > longestName)
      issues.push(issue(at, 'name_too_long', `${name} is longer than ${longestName} characters`))
    issues.push(...checkState(state, at, kind), ...checkExpressions(withoutScopes(state), at, visible))
    for (const [index, inner] of innerScopes(state).entries())
      issues.push(...checkScope(inner, `${at}/${index}`, visible, kind))
  }
  return issues
}

/** Every variable that a state of this scope may assign. */
function assignedNames(state: State): string[] {
  const places: { Assign?: object }[] = [state as { Assign?: object }]
  if (state.Type === 'Choice') places.push(...state.Choices)
  if ('Catch' in state) places.push(...(state.Catch ?? []))
  return places.flatMap(({ Assign }) => Object.keys(Assign ?? {}))
}

function checkName(name: string, path: string, outer: Set<string>[]): Issue[] {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,79}$/.test(name) || name === 'states')
    return [issue(path, 'bad_variable', `${name} cannot be assigned`)]
  if (outer.some((names) => names.has(name)))
    return [issue(path, 'outer_variable', `${name} belongs to a scope further out`)]
  return []
}

function checkState(state: State, at: string, kind: 'standard' | 'express'): Issue[] {
  const issues: Issue[] = []
  if (state.Type === 'Choice' && !state.Default)
    issues.push(issue(at, 'no_default', 'A Choice needs a Default'))
  if ('Retry' in state) issues.push(...checkAll(state.Retry ?? [], `${at}/Retry`))
  if ('Catch' in state) issues.push(...checkAll(state.Catch ?? [], `${at}/Catch`))
  if (state.Type !== 'Task') return issues
  const { TimeoutSeconds: limit, HeartbeatSeconds: heartbeat } = state
  if (state.Resource.endsWith('.waitForTaskToken')) {
    if (limit === undefined) issues.push(issue(at, 'no_timeout', 'A wait needs TimeoutSeconds'))
    if (kind === 'express') issues.push(issue(at, 'token_in_express', 'An Express machine cannot wait'))
  }
  if (typeof heartbeat === 'number' && typeof limit === 'number' && heartbeat >= limit)
    issues.push(issue(at, 'heartbeat', 'HeartbeatSeconds must be less than TimeoutSeconds'))
  return issues
}

/** `States.ALL` must stand alone, and last. */
function checkAll(list: { ErrorEquals: string[] }[], at: string): Issue[] {
  return list.flatMap(({ ErrorEquals }, index) => {
    if (!ErrorEquals.includes('States.ALL')) return []
    if (ErrorEquals.length === 1 && index === list.length - 1) return []
    return [issue(`${at}/${index}`, 'all_not_last', 'States.ALL must stand alone and last')]
  })
}

function innerScopes(state: State): Scope[] {
  if (state.Type === 'Map') return [state.ItemProcessor]
  return state.Type === 'Parallel' ? state.Branches : []
}

function withoutScopes(state: State): object {
  const {
    ItemProcessor: _,
    Branches: __,
    ...rest
  } = state as State & { ItemProcessor?: unknown; Branches?: unknown }
  return rest
}

/**
 * The machine without its constants: asl-validator takes any member named `States` for states, refuses texts of several
 * lines and lists of lists, and writes into what it is given.
 */
function withoutData(machine: Machine): Machine {
  return { ...machine, States: scopeWithoutData(machine).States }
}

function scopeWithoutData(scope: Scope): Scope {
  const states = Object.entries(scope.States).map(([name, state]) => [name, stateWithoutData(state)] as const)
  return { ...scope, States: Object.fromEntries(states) }
}

const dataFields = ['Assign', 'Output', 'Arguments', 'ItemSelector', 'Items']

function stateWithoutData(state: State): State {
  const fields = Object.entries(state).map(([name, value]) => [
    name,
    dataFields.includes(name) ? stripData(value) : value,
  ])
  const copy = Object.fromEntries(fields) as State
  // A list that stands in the flow itself stays one.
  if (copy.Type === 'Map' && 'Items' in state && Array.isArray(state.Items)) copy.Items = []
  if (copy.Type === 'Map')
    copy.ItemProcessor = { ...copy.ItemProcessor, ...scopeWithoutData(copy.ItemProcessor) }
  if (copy.Type === 'Parallel') copy.Branches = copy.Branches.map(scopeWithoutData)
  if (copy.Type === 'Choice') copy.Choices = copy.Choices.map(partWithoutData)
  if ('Catch' in copy && copy.Catch) copy.Catch = copy.Catch.map(partWithoutData)
  return copy
}

function partWithoutData<T extends object>(part: T): T {
  const fields = Object.entries(part).map(([name, value]) => [
    name,
    dataFields.includes(name) ? stripData(value) : value,
  ])
  return Object.fromEntries(fields) as T
}

/** The expressions of a value, in an object that has no other names. */
function stripData(value: unknown): unknown {
  const texts = expressionsIn(value)
  if (typeof value === 'string' && texts.length === 1) return value
  return Object.fromEntries(texts.map((text, index) => [`e${index}`, text]))
}

function expressionsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('{%') ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(expressionsIn) : []
}
