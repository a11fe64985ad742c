/** Names that every expression may read, whatever the flow (flow-language.md §2); the last two are seed 003's. */
export const contextNames = [
  'inputs',
  'nodes',
  'last',
  'lastError',
  'approval',
  'trigger',
  'run',
  'flow',
  'user',
  'currentUser',
  'secrets',
  'input',
  'shared',
]
