import {
  ExecutionAlreadyExists,
  type SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
} from '@aws-sdk/client-sfn'
import { instant } from '../aws/clock.ts'
import { isTransient } from '../aws/transient.ts'
import { changeRun, checkKey, getInputs, type RunRow } from '../store/runs.ts'
import type { World } from '../world.ts'
import { executionInput } from './execution-input.ts'
import { type RunView, viewRun } from './run-view.ts'
import { hasPaused, watchRun } from './watch-run.ts'

/** When the sweep first asks the engine about a run. */
const firstCheckMs = 10 * 60_000

/**
 * Starts the machine of a queued run and waits for what comes of it. A run that the engine does not take now stays queued:
 * the sweep starts it.
 */
export async function runStandard(world: World, row: RunRow, waitSeconds: number): Promise<RunView> {
  const taken = await startMachine(world, row)
  if (!taken) return await viewRun(world, row)
  const running = noteRunning(world, row)
  if (waitSeconds <= 0) return await viewRun(world, (await running) ?? row)
  const [seen] = await Promise.all([
    watchRun(world, row.orgId, row.id, waitSeconds, (now) => hasPaused(now, 0)),
    running,
  ])
  return await viewRun(world, seen)
}

/**
 * Starts the machine, named by the run: a repeated start is the same start.
 *
 * @returns false if the engine does not take it now.
 */
export async function startMachine(world: World, row: RunRow): Promise<boolean> {
  const input = executionInput(row, await getInputs(world, row))
  try {
    await sendStart(world.states, { stateMachineArn: row.machineArn, name: row.id, input })
    return true
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) return true
    if (!(error instanceof StateMachineDoesNotExist) && !isTransient(error)) throw error
    world.log.warn('The engine did not take a run', { runId: row.id, error: (error as Error).name })
    return false
  }
}

function sendStart(states: SFNClient, input: { stateMachineArn: string; name: string; input: string }) {
  return states.send(new StartExecutionCommand(input))
}

/**
 * Moves the run to running unless it has gone on already. A failure is left alone: whatever the run does next moves it.
 *
 * @returns the row as it stands, null if that is not known.
 */
export async function noteRunning(world: World, row: RunRow): Promise<RunRow | null> {
  const now = world.clock.now()
  const at = instant(now)
  try {
    const { row: after } = await changeRun(world, row.orgId, row.id, {
      set: { status: 'running', updatedAt: at, gsi2sk: checkKey(row.orgId, row.id, now + firstCheckMs) },
      setOnce: { startedAt: at },
      from: ['queued'],
    })
    return after
  } catch (error) {
    if (isTransient(error)) return null
    throw error
  }
}
