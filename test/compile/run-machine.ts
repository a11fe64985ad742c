import jsonata from 'jsonata'
import type { Catcher, Expressions, Machine, Scope, State, TaskState } from '../../shared/asl/states.ts'
import type { Json, JsonObject } from '../../shared/world.ts'

/** What a run of a machine came to. */
export interface Ran {
  status: 'SUCCEEDED' | 'FAILED'
  output: Json
  error: string | null
  cause: string | null
  /** Names of the states entered, in order: as many as are billed. */
  entered: string[]
  /** Payloads that the step function was sent. */
  sent: JsonObject[]
}

/** An error that a fake step function throws, and the engine's own. */
export class Thrown extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

/** An expression that failed. */
class Failure extends Error {}

type Variables = Record<string, unknown>
type StepFunction = (payload: JsonObject) => Json | Promise<Json>

/**
 * Runs a machine with the rules of the states language and nothing else: no time passes, nothing is kept. Every
 * expression must give a value and every variable must be assigned before it is read, as the engine demands.
 */
export async function runMachine(machine: Machine, input: JsonObject, step: StepFunction): Promise<Ran> {
  const run = new Run(step, input)
  try {
    const output = await run.scope(machine, input, {})
    return { ...run.seen(), status: 'SUCCEEDED', output, error: null, cause: null }
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
    return { ...run.seen(), status: 'FAILED', output: null, error: error.name, cause: error.message }
  }
}

class Run {
  readonly #step: StepFunction
  readonly #input: JsonObject
  readonly #entered: string[] = []
  readonly #sent: JsonObject[] = []
  #now = Date.UTC(2026, 0, 1)

  constructor(step: StepFunction, input: JsonObject) {
    this.#step = step
    this.#input = input
  }

  seen() {
    return { entered: this.#entered, sent: this.#sent }
  }

  async scope(scope: Scope, input: Json, outer: Variables, item?: JsonObject): Promise<Json> {
    const variables: Variables = {}
    let name: string | undefined = scope.StartAt
    let value = input
    while (name !== undefined) {
      const state: State | undefined = scope.States[name]
      if (!state) throw new Error(`There is no state ${name}`)
      this.#entered.push(name)
      if (this.#entered.length > 20_000) throw new Error('The machine does not end')
      const visit = new Visit(name, value, variables, outer, this.#context(name, item))
      const left: Left = await this.#enter(state, visit)
      value = left.output
      name = left.next
    }
    return value
  }

  #context(name: string, item?: JsonObject): JsonObject {
    const EnteredTime = new Date(this.#now++).toISOString()
    return {
      Execution: { Input: this.#input },
      State: { Name: name, EnteredTime, RetryCount: 0 },
      Task: { Token: `token-${this.#entered.length}` },
      ...(item ? { Map: { Item: item } } : {}),
    }
  }

  async #enter(state: State, visit: Visit): Promise<Left> {
    switch (state.Type) {
      case 'Fail':
        throw new Thrown(
          String(await visit.evaluate(state.Error ?? '')),
          String(await visit.evaluate(state.Cause ?? '')),
        )
      case 'Succeed':
        return await visit.leave(state, undefined)
      case 'Choice':
        for (const rule of state.Choices) {
          const holds = await visit.evaluate(rule.Condition)
          if (typeof holds !== 'boolean') throw new Error(`${visit.name}: a condition is ${String(holds)}`)
          if (holds) return await visit.leave(rule, rule.Next)
        }
        return await visit.leave(state, state.Default)
      case 'Wait':
        await this.#hold(state, visit)
        return await visit.leave(state, state.Next)
      case 'Pass':
        return await visit.leave(state, state.Next)
      default:
        return await this.#try(state, visit)
    }
  }

  async #hold(state: Extract<State, { Type: 'Wait' }>, visit: Visit): Promise<void> {
    const time = await visit.evaluate(state.Seconds ?? state.Timestamp ?? null)
    const fits =
      typeof time === 'number' ? Number.isInteger(time) && time >= 0 : !Number.isNaN(Date.parse(String(time)))
    if (!fits) throw new Error(`${visit.name}: waits for ${String(time)}`)
  }

  async #try(state: Extract<State, { Catch?: Catcher[] }>, visit: Visit): Promise<Left> {
    for (let tries = 0; ; tries++) {
      visit.context = {
        ...visit.context,
        State: { ...(visit.context.State as JsonObject), RetryCount: tries },
      }
      try {
        const result = await this.#work(state, visit)
        return await visit.leave(state, state.Next, { result })
      } catch (error) {
        if (!(error instanceof Thrown)) throw error
        const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, error.name))
        if (retrier && tries < (retrier.MaxAttempts ?? 3)) continue
        const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, error.name))
        if (!catcher) throw error
        return await visit.leave(catcher, catcher.Next, {
          errorOutput: { Error: error.name, Cause: error.message },
        })
      }
    }
  }

  async #work(state: State, visit: Visit): Promise<Json> {
    if (state.Type === 'Task') return await this.#call(state, visit)
    if (state.Type === 'Parallel') {
      const input = state.Arguments === undefined ? visit.input : await visit.argument(state.Arguments)
      const outputs: Json[] = []
      // One after another: the engine stops the others where one fails.
      for (const branch of state.Branches) outputs.push(await this.scope(branch, input, visit.all()))
      return outputs
    }
    if (state.Type !== 'Map') throw new Error(`Cannot run ${state.Type}`)
    const items = await visit.argument(state.Items)
    if (!Array.isArray(items)) throw new Thrown('States.QueryEvaluationError', 'Items is no list')
    const results: Json[] = []
    for (const [Index, Value] of items.entries()) {
      const item = { Index, Value }
      const inner = new Visit(visit.name, visit.input, {}, visit.all(), {
        ...visit.context,
        Map: { Item: item },
      })
      const selected = state.ItemSelector === undefined ? Value : await inner.argument(state.ItemSelector)
      results.push(await this.scope(state.ItemProcessor, selected, visit.all(), item))
    }
    return results
  }

  async #call(state: TaskState, visit: Visit): Promise<Json> {
    const { Payload } = (await visit.argument(state.Arguments as Expressions)) as { Payload: JsonObject }
    this.#sent.push(Payload)
    try {
      const result = await this.#step(Payload)
      return state.Resource.endsWith('waitForTaskToken') ? result : { Payload: result, StatusCode: 200 }
    } catch (error) {
      if (!(error instanceof Thrown)) throw error
      const cause = { errorType: error.name, errorMessage: error.message, trace: [] }
      const token = state.Resource.endsWith('waitForTaskToken') || error.name.startsWith('States.')
      throw token ? error : new Thrown(error.name, JSON.stringify(cause))
    }
  }
}

function matches(names: string[], error: string): boolean {
  if (names.includes(error)) return true
  if (names.includes('States.ALL')) return error !== 'States.DataLimitExceeded'
  return names.includes('States.TaskFailed') && error !== 'States.Timeout'
}

interface Left {
  output: Json
  next: string | undefined
}

class Visit {
  readonly name: string
  readonly input: Json
  context: JsonObject
  readonly #own: Variables
  readonly #outer: Variables

  constructor(name: string, input: Json, own: Variables, outer: Variables, context: JsonObject) {
    this.name = name
    this.input = input
    this.#own = own
    this.#outer = outer
    this.context = context
  }

  all(): Variables {
    return { ...this.#outer, ...this.#own }
  }

  /** Assigns and gives the output; both are evaluated from the values at entry. */
  async leave(
    part: { Assign?: { [variable: string]: Expressions }; Output?: Expressions },
    next: string | undefined,
    states: { result?: Json; errorOutput?: JsonObject } = {},
  ): Promise<Left> {
    const usual = states.errorOutput ?? states.result ?? this.input
    const output = part.Output === undefined ? usual : await this.evaluate(part.Output, states)
    const assigned = await this.evaluate(part.Assign ?? {}, states)
    for (const [name, value] of Object.entries(assigned as JsonObject)) {
      if (name in this.#outer)
        throw new Error(`${this.name} assigns ${name}, which belongs to an outer scope`)
      this.#own[name] = value
    }
    return { output, next }
  }

  async evaluate(value: Expressions, states: object = {}): Promise<Json> {
    if (typeof value === 'string')
      return value.startsWith('{%') ? await this.#expression(value.slice(2, -2), states) : value
    if (Array.isArray(value)) return await Promise.all(value.map((member) => this.evaluate(member, states)))
    if (typeof value !== 'object' || value === null) return value
    const members = Object.entries(value).map(async ([name, member]) => [
      name,
      await this.evaluate(member, states),
    ])
    return Object.fromEntries(await Promise.all(members))
  }

  /** The same where the engine lets a state catch what fails. */
  async argument(value: Expressions): Promise<Json> {
    try {
      return await this.evaluate(value)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      throw new Thrown('States.QueryEvaluationError', error.message)
    }
  }

  async #expression(source: string, states: object): Promise<Json> {
    const variables = this.all()
    const bindings = { ...variables, states: { input: this.input, context: this.context, ...states } }
    for (const [, name] of source
      .replace(/"(?:[^"\\]|\\.)*"/g, '')
      .matchAll(/\$((?:b\d+_)?[solw]_\w+|last\w*|trace|run|inputs)/g))
      if (!((name as string) in variables))
        throw new Error(`${this.name} reads $${name}, which is not assigned`)
    let result: unknown
    try {
      result = await jsonata(source).evaluate({}, bindings)
    } catch (error) {
      throw new Failure(`${this.name}: ${source}: ${(error as { message: string }).message}`)
    }
    if (result === undefined) throw new Error(`${this.name}: ${source} gives nothing`)
    return JSON.parse(JSON.stringify(result)) as Json
  }
}
