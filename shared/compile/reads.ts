import { isExpression } from '../asl/expression.ts'
import type { Expressions, State } from '../asl/states.ts'

/** Names of the variables that expressions anywhere in the value read. */
export function readsOf(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') {
    if (isExpression(value))
      for (const [, name] of value.matchAll(/\$([A-Za-z_][A-Za-z0-9_]*)/g)) found.add(name as string)
  } else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) readsOf(member, found)
  return found
}

const own = /^(b\d+_.*|o_.*|l_.*|last|outputs|ended|asked)$/

/** Takes out assignments that nobody reads and that no page promises: those of the compiler's own variables. */
export function dropUnread(states: Record<string, State>, read: Set<string>): void {
  for (const state of Object.values(states)) {
    dropFrom(state, read)
    if (state.Type === 'Choice') for (const rule of state.Choices) dropFrom(rule, read)
    if ('Catch' in state) for (const catcher of state.Catch ?? []) dropFrom(catcher, read)
    if (state.Type === 'Map') dropUnread(state.ItemProcessor.States, read)
    if (state.Type === 'Parallel') for (const branch of state.Branches) dropUnread(branch.States, read)
  }
}

function dropFrom(state: { Assign?: { [variable: string]: Expressions } } | State, read: Set<string>): void {
  if (!('Assign' in state) || !state.Assign) return
  const kept = Object.entries(state.Assign).filter(([name]) => read.has(name) || !own.test(name))
  if (kept.length === 0) delete state.Assign
  else state.Assign = Object.fromEntries(kept)
}
