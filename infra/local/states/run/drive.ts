import { runChoice } from './choice.ts'
import { endExecution } from './end.ts'
import type { Frame } from './execution.ts'
import { runFail } from './fail.ts'
import { fail } from './failing.ts'
import { leave } from './leave.ts'
import type { Machinery } from './machinery.ts'
import { runMap } from './map.ts'
import { stateOf } from './move.ts'
import { runParallel } from './parallel.ts'
import { runPass } from './pass.ts'
import { jsonBytes, payloadLimit } from './size.ts'
import { dataLimitExceeded, StateError } from './state-error.ts'
import { runSucceed } from './succeed.ts'
import { runTask } from './task.ts'
import { leaveWait, runWait } from './wait.ts'

/** After so many transitions in a row everybody else has a turn. */
const hasteLimit = 50

/** Runs states one after another until the frame waits or has ended. Never rejects. */
export async function drive(machinery: Machinery, frame: Frame): Promise<void> {
  const { execution } = frame
  execution.busy += 1
  try {
    while (await step(machinery, frame)) {
      execution.haste += 1
      if (execution.haste < hasteLimit) continue
      execution.haste = 0
      await execution.keeper.commit()
    }
  } catch (bug) {
    giveUp(machinery, frame, bug)
  } finally {
    execution.busy -= 1
    if (execution.busy === 0) execution.keeper.rest(execution)
  }
}

/** One state, or what follows its work; true if there is more to do. */
async function step(machinery: Machinery, frame: Frame): Promise<boolean> {
  if (!frame.alive) return false
  try {
    return frame.phase === 'settled' ? await conclude(machinery, frame) : await run(machinery, frame)
  } catch (error) {
    if (!(error instanceof StateError)) throw error
    if (error.error !== 'States.Runtime') return await fail(machinery, frame, error)
    const { error: name, cause } = error
    endExecution(machinery, frame.execution, { status: 'FAILED', error: name, cause })
    return false
  }
}

async function run(machinery: Machinery, frame: Frame): Promise<boolean> {
  const state = stateOf(frame)
  switch (state.type) {
    case 'Pass':
      return await runPass(machinery, frame, state)
    case 'Task':
      return await runTask(machinery, frame, state)
    case 'Choice':
      return await runChoice(machinery, frame, state)
    case 'Wait':
      return await runWait(machinery, frame, state)
    case 'Parallel':
      return await runParallel(machinery, frame, state)
    case 'Map':
      return await runMap(machinery, frame, state)
    case 'Succeed':
      return await runSucceed(machinery, frame, state)
    case 'Fail':
      return await runFail(machinery, frame, state)
  }
}

/** Goes on from how the state's work has ended. */
async function conclude(machinery: Machinery, frame: Frame): Promise<boolean> {
  const state = stateOf(frame)
  const { outcome } = frame
  if (!outcome) throw new Error(`${frame.state} is settled without an outcome`)
  if ('error' in outcome) return await fail(machinery, frame, new StateError(outcome.error, outcome.cause))
  if (state.type === 'Wait') return await leaveWait(machinery, frame, state)
  if (state.type !== 'Task' && state.type !== 'Parallel' && state.type !== 'Map')
    throw new Error(`${frame.state} cannot have a result`)
  const { result } = outcome
  if (jsonBytes(result) > payloadLimit) throw dataLimitExceeded(`The state '${state.name}' has a result that`)
  return await leave(machinery, frame, { leaving: state, next: state.next, usual: result, extra: { result } })
}

/** A mistake of ours must not leave an execution that runs for ever. */
function giveUp(machinery: Machinery, frame: Frame, bug: unknown): void {
  const { execution, state } = frame
  machinery.log.error('The engine failed', {
    execution: execution.arn,
    state,
    error: String(bug),
    stack: (bug as Error).stack,
  })
  endExecution(machinery, execution, { status: 'FAILED', error: 'States.Runtime', cause: 'Internal error' })
}
