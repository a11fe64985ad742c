import type { Scope, State } from '../asl/states.ts'

/** What entering a state costs besides the transition. */
export type StateUse = 'work' | 'wait' | 'end' | 'native'

/** What a state is used for, seen from what it sends to the step function. */
export function useOf(state: State): StateUse {
  if (state.Type !== 'Task') return 'native'
  const kind = payloadOf(state)?.kind
  if (kind === 'end') return 'end'
  return kind === 'ask' || kind === 'subflow' ? 'wait' : 'work'
}

/** The state that records a failure; undefined inside bodies, which fail by a Fail state. */
export function failureOf(scope: Scope): string | undefined {
  const entries = Object.entries(scope.States)
  return entries.find(([, state]) => state.Type === 'Task' && payloadOf(state)?.outcome === 'failed')?.[0]
}

function payloadOf(state: State & { Type: 'Task' }): Record<string, unknown> | null {
  const { Payload } = state.Arguments
  return typeof Payload === 'object' && Payload !== null && !Array.isArray(Payload) ? Payload : null
}

/** Where a state may lead. */
export function targetsOf(state: State): string[] {
  const targets: (string | undefined)[] = []
  if (state.Type === 'Choice') targets.push(...state.Choices.map(({ Next }) => Next), state.Default)
  else if ('Next' in state) targets.push(state.Next)
  if ('Catch' in state) targets.push(...(state.Catch ?? []).map(({ Next }) => Next))
  return [...new Set(targets.filter((target) => target !== undefined))]
}

/** True if the scope ends with the state. */
export function isLast(state: State): boolean {
  return state.Type === 'Fail' || state.Type === 'Succeed' || ('End' in state && state.End === true)
}
