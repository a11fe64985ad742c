import type { Clock, Log } from '../../../shared/world.ts'
import type { ExecutionStatus } from './run/execution.ts'
import type { Evaluator, Invoke } from './run/machinery.ts'
import type { StatusChange } from './status-change.ts'

/** What the engine is given. */
export interface StatesOptions {
  /** Folder of the database. */
  dir: string
  clock: Clock
  log: Log
  /** Evaluates the JSONata of machines. */
  pool: Evaluator
  /** Invokes a function by its name, as Lambda would. */
  invoke: Invoke
  /** Takes the events of ended STANDARD executions, each at least once; a rejection has it sent again. */
  onEnded: (event: StatusChange) => Promise<void>
  /** Which ends are events, as a rule's pattern would say; all by default. */
  endsToTell?: readonly Exclude<ExecutionStatus, 'RUNNING'>[]
  /** Called when the disk has failed; what is acknowledged is safe only if the process ends now, which is the default. */
  onFailure?: (error: unknown) => void
}
