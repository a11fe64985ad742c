/** What endpoints may be told of (conventions.md §9). */
export const eventTypes = [
  'run.created',
  'run.started',
  'run.waiting',
  'run.resumed',
  'run.completed',
  'run.failed',
  'run.cancelled',
  'run.timed_out',
  'wait.opened',
  'wait.answered',
  'wait.expired',
  'wait.cancelled',
  'flow.published',
  'flow.rolled_back',
  'schedule.missed',
] as const

/** What an endpoint may ask for. */
export const askable = [...eventTypes, '*'] as const
