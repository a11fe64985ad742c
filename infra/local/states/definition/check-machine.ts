import { checkState, type Written } from './check-state.ts'
import { checkSeconds } from './check-values.ts'
import { jsonPathFields } from './fields.ts'
import { type Problem, Problems } from './problems.ts'

/** Most characters of a definition. */
export const definitionLimit = 1_048_576

const topFields = new Set(['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'])
const scopeFields = new Set(['Comment', 'QueryLanguage', 'StartAt', 'States', 'ProcessorConfig'])

/** What is wrong with a definition; an empty list means that it can be run here. */
export function checkMachine(text: string, type: 'STANDARD' | 'EXPRESS'): Problem[] {
  const problems = new Problems()
  const machine = parse(text, problems)
  if (machine) new Check(problems, type === 'EXPRESS').machine(machine)
  return problems.list
}

function parse(text: string, problems: Problems): Written | null {
  try {
    const machine: unknown = JSON.parse(text)
    if (isObject(machine)) return machine
    problems.add('/', 'A definition is an object', 'INVALID_JSON_DESCRIPTION')
  } catch (error) {
    problems.add('/', (error as Error).message, 'INVALID_JSON_DESCRIPTION')
  }
  return null
}

function isObject(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

class Check {
  readonly #problems: Problems
  readonly #express: boolean
  /** State names met so far: they are unique over all scopes. */
  readonly #names = new Set<string>()

  constructor(problems: Problems, express: boolean) {
    this.#problems = problems
    this.#express = express
  }

  machine(machine: Written): void {
    for (const name of Object.keys(machine))
      if (!topFields.has(name)) this.#problems.add(`/${name}`, `Field ${name} is not supported`)
    if (machine.QueryLanguage !== 'JSONata')
      this.#problems.add('/QueryLanguage', 'Only JSONata is supported, and it must be named')
    if (machine.Version !== undefined && machine.Version !== '1.0') this.#problems.add('/Version', '1.0')
    if (machine.TimeoutSeconds !== undefined) this.#timeout(machine.TimeoutSeconds)
    this.#scope(machine, '', new Set())
  }

  #timeout(seconds: unknown): void {
    if (typeof seconds !== 'number') {
      this.#problems.add('/TimeoutSeconds', 'A whole number')
      return
    }
    checkSeconds(seconds, '/TimeoutSeconds', 1, this.#problems)
  }

  #scope(scope: Written, at: string, outer: ReadonlySet<string>): void {
    const { StartAt, States } = scope
    if (!isObject(States) || Object.keys(States).length === 0) {
      this.#problems.add(`${at}/States`, 'A scope has states')
      return
    }
    if (typeof StartAt !== 'string' || !Object.hasOwn(States, StartAt))
      this.#problems.add(
        `${at}/StartAt`,
        `${String(StartAt)} is not a state of this scope`,
        'MISSING_TRANSITION_TARGET',
      )
    const visible = new Set([...outer, ...Object.values(States).flatMap(assigned)])
    for (const [name, state] of Object.entries(States)) {
      const place = `${at}/States/${name}`
      this.#name(name, place)
      if (!isObject(state)) this.#problems.add(place, 'A state is an object')
      else this.#state(state, place, outer, visible)
    }
    this.#targets(StartAt, States, at)
  }

  #name(name: string, place: string): void {
    if (name === '' || [...name].length > 80)
      this.#problems.add(place, 'The name of a state has 1 to 80 characters')
    if (this.#names.has(name))
      this.#problems.add(place, `There are two states named ${name}`, 'DUPLICATE_STATE_NAME')
    this.#names.add(name)
  }

  #state(state: Written, at: string, outer: ReadonlySet<string>, visible: ReadonlySet<string>): void {
    checkState(state, { at, express: this.#express, outer, problems: this.#problems })
    if (state.Type === 'Parallel' && Array.isArray(state.Branches))
      for (const [index, branch] of state.Branches.entries())
        this.#inner(branch, `${at}/Branches/${index}`, visible)
    if (state.Type === 'Map' && isObject(state.ItemProcessor))
      this.#inner(state.ItemProcessor, `${at}/ItemProcessor`, visible)
  }

  #inner(scope: unknown, at: string, outer: ReadonlySet<string>): void {
    if (!isObject(scope)) {
      this.#problems.add(at, 'A scope is an object')
      return
    }
    for (const name of Object.keys(scope))
      if (!scopeFields.has(name) || (name === 'ProcessorConfig' && !at.endsWith('/ItemProcessor')))
        this.#problems.add(
          `${at}/${name}`,
          jsonPathFields.has(name) ? `${name} is a field of JSONPath` : `Field ${name} is not supported`,
        )
    this.#scope(scope, at, outer)
  }

  /** Every target exists in the scope, and every state can be reached. */
  #targets(start: unknown, states: Written, at: string): void {
    const reached = new Set<unknown>([start])
    for (const [name, state] of Object.entries(states)) {
      if (!isObject(state)) continue
      this.#way(state, `${at}/States/${name}`)
      for (const [target, place] of targets(state)) {
        // A state that only leads to itself is not reached by it.
        if (target !== name) reached.add(target)
        if (typeof target === 'string' && !Object.hasOwn(states, target))
          this.#problems.add(
            `${at}/States/${name}/${place}`,
            `${target} is not a state of this scope`,
            'MISSING_TRANSITION_TARGET',
          )
      }
    }
    for (const name of Object.keys(states))
      if (!reached.has(name))
        this.#problems.add(`${at}/States/${name}`, `State ${name} is not reachable`, 'UNREACHABLE_STATE')
  }

  #way(state: Written, at: string): void {
    if (['Choice', 'Succeed', 'Fail'].includes(String(state.Type))) return
    if ((state.Next === undefined) === (state.End === undefined))
      this.#problems.add(at, 'A state has either Next or End', 'MISSING_END_STATE')
  }
}

function targets(state: Written): [unknown, string][] {
  const found: [unknown, string][] = []
  if (state.Next !== undefined) found.push([state.Next, 'Next'])
  if (state.Type === 'Choice' && state.Default !== undefined) found.push([state.Default, 'Default'])
  for (const list of ['Choices', 'Catch'])
    if (Array.isArray(state[list]))
      for (const [index, entry] of (state[list] as unknown[]).entries())
        if (isObject(entry)) found.push([entry.Next, `${list}/${index}/Next`])
  return found
}

/** Variables that a state assigns, in all places where it can. */
function assigned(state: unknown): string[] {
  if (!isObject(state)) return []
  const lists = [state.Choices, state.Catch].flatMap((list) => (Array.isArray(list) ? list : []))
  return [state, ...lists].flatMap((part) =>
    isObject(part) && isObject(part.Assign) ? Object.keys(part.Assign) : [],
  )
}
