import type {
  Catcher,
  ChoiceState,
  Expressions,
  Machine,
  Retrier,
  Scope,
  State,
} from '../../../../shared/asl/states.ts'
import type {
  CatcherProgram,
  ChoiceProgram,
  Failing,
  Leaving,
  Program,
  RetrierProgram,
  StateProgram,
} from './program.ts'
import { readTemplate, type Template } from './template.ts'

/** Makes a checked definition ready to run. */
export function buildProgram(machine: Machine, arn: string, name: string, roleArn: string): Program {
  const states = new Map<string, StateProgram>()
  addScope(machine, states)
  return {
    arn,
    name,
    roleArn,
    startAt: machine.StartAt,
    timeoutSeconds: machine.TimeoutSeconds ?? null,
    states,
  }
}

function addScope(scope: Scope, states: Map<string, StateProgram>): void {
  for (const [name, state] of Object.entries(scope.States)) {
    states.set(name, buildState(name, state))
    if (state.Type === 'Parallel') for (const branch of state.Branches) addScope(branch, states)
    if (state.Type === 'Map') addScope(state.ItemProcessor, states)
  }
}

function buildState(name: string, state: State): StateProgram {
  switch (state.Type) {
    case 'Pass':
      return { type: 'Pass', name, ...flowing(state) }
    case 'Task':
      return {
        type: 'Task',
        name,
        ...flowing(state),
        ...failing(state),
        byToken: state.Resource.endsWith('.waitForTaskToken'),
        arguments: readTemplate(state.Arguments, 'Arguments'),
        timeout: field(state.TimeoutSeconds, 'TimeoutSeconds'),
        heartbeat: field(state.HeartbeatSeconds, 'HeartbeatSeconds'),
      }
    case 'Choice':
      return buildChoice(name, state)
    case 'Wait':
      return {
        type: 'Wait',
        name,
        ...flowing(state),
        seconds: field(state.Seconds, 'Seconds'),
        timestamp: field(state.Timestamp, 'Timestamp'),
      }
    case 'Parallel':
      return {
        type: 'Parallel',
        name,
        ...flowing(state),
        ...failing(state),
        arguments: field(state.Arguments, 'Arguments'),
        branches: state.Branches.map((branch) => branch.StartAt),
      }
    case 'Map':
      return {
        type: 'Map',
        name,
        ...flowing(state),
        ...failing(state),
        items: field(state.Items, 'Items'),
        selector: field(state.ItemSelector, 'ItemSelector'),
        concurrency: field(state.MaxConcurrency, 'MaxConcurrency'),
        startAt: state.ItemProcessor.StartAt,
      }
    case 'Succeed':
      return { type: 'Succeed', name, output: field(state.Output, 'Output') }
    case 'Fail':
      return { type: 'Fail', name, error: field(state.Error, 'Error'), cause: field(state.Cause, 'Cause') }
  }
}

function buildChoice(name: string, state: ChoiceState): ChoiceProgram {
  return {
    type: 'Choice',
    name,
    ...leaving(state, ''),
    rules: state.Choices.map((rule, index) => ({
      condition: readTemplate(rule.Condition, `Choices[${index}]/Condition`),
      next: rule.Next,
      ...leaving(rule, `Choices[${index}]/`),
    })),
    otherwise: state.Default ?? null,
  }
}

function field(value: Expressions | undefined, name: string): Template | null {
  return value === undefined ? null : readTemplate(value, name)
}

interface Left {
  Assign?: { [variable: string]: Expressions }
  Output?: Expressions
}

function leaving({ Assign, Output }: Left, at: string): Leaving {
  return { assign: field(Assign, `${at}Assign`), output: field(Output, `${at}Output`) }
}

function flowing(state: Left & { Next?: string }): Leaving & { next: string | null } {
  return { ...leaving(state, ''), next: state.Next ?? null }
}

function failing({ Retry = [], Catch = [] }: { Retry?: Retrier[]; Catch?: Catcher[] }): Failing {
  return { retriers: Retry.map(retrier), catchers: Catch.map(catcher) }
}

/** The engine's own defaults for what a retrier leaves out. */
function retrier(written: Retrier): RetrierProgram {
  return {
    errors: written.ErrorEquals,
    intervalSeconds: written.IntervalSeconds ?? 1,
    maxAttempts: written.MaxAttempts ?? 3,
    backoffRate: written.BackoffRate ?? 2,
    maxDelaySeconds: written.MaxDelaySeconds ?? null,
    jitter: written.JitterStrategy === 'FULL',
  }
}

function catcher(written: Catcher, index: number): CatcherProgram {
  return { errors: written.ErrorEquals, next: written.Next, ...leaving(written, `Catch[${index}]/`) }
}
