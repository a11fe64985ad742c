import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  StateMachineAlreadyExists,
  StateMachineDeleting,
  StateMachineDoesNotExist,
  StateMachineLimitExceeded,
} from '@aws-sdk/client-sfn'
import { isTransient } from '../aws/transient.ts'
import { Fault } from '../faults.ts'
import type { Owner } from '../store/machines.ts'
import type { World } from '../world.ts'
import type { CompiledMachine } from './machine-of.ts'

/** How long a busy engine is asked again before the caller is told to come back, in milliseconds. */
export const patienceMs = 20_000

/**
 * Has the engine make a machine, and waits until it may be started. The engine knows a machine by its name and content, so
 * this may be done again at any time (aws.md 2.3).
 *
 * @returns its ARN.
 * @throws {Fault} `unavailable` reason `publish_busy` or `engine_full`.
 */
export async function makeMachine(world: World, owner: Owner, compiled: CompiledMachine): Promise<string> {
  const until = world.clock.now() + patienceMs
  for (let pause = 250; ; pause = Math.min(pause * 2, 4000)) {
    try {
      const { stateMachineArn = '' } = await world.states.send(creation(world, owner, compiled))
      await untilActive(world, stateMachineArn, until)
      return stateMachineArn
    } catch (error) {
      if (error instanceof StateMachineLimitExceeded) throw full(error)
      // The name holds the content's hash: the engine has something under it that we did not make.
      if (error instanceof StateMachineAlreadyExists)
        world.log.error('The engine has another machine under this name', { machine: compiled.name })
      if (!(error instanceof StateMachineDeleting || isTransient(error))) throw error
      await pauseOrGiveUp(world, pause, until, error)
    }
  }
}

function creation({ settings }: World, { orgId, flowId }: Owner, { name, kind, machine }: CompiledMachine) {
  return new CreateStateMachineCommand({
    name,
    type: kind === 'standard' ? 'STANDARD' : 'EXPRESS',
    definition: JSON.stringify(machine),
    roleArn: settings.machineRoleArn,
    loggingConfiguration: {
      level: 'ERROR',
      // Data would show task tokens and inputs to everybody who may read logs (aws.md 1.5.3).
      includeExecutionData: false,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: everyStream(settings.machineLogGroupArn) } }],
    },
    tracingConfiguration: { enabled: true },
    tags: [
      { key: 'sluice:stage', value: settings.stage },
      { key: 'sluice:org', value: orgId },
      { key: 'sluice:flow', value: flowId },
    ],
  })
}

/** The engine wants the group's ARN with this ending; CDK gives it with, CloudFormation's other attributes without. */
function everyStream(logGroupArn: string): string {
  return logGroupArn.endsWith(':*') ? logGroupArn : `${logGroupArn}:*`
}

async function untilActive(world: World, stateMachineArn: string, until: number): Promise<void> {
  for (let pause = 50; ; pause *= 2) {
    if ((await statusOf(world, stateMachineArn)) === 'ACTIVE') return
    await pauseOrGiveUp(world, pause, until)
  }
}

/** A machine that was made a moment ago may not be seen yet. */
async function statusOf({ states }: World, stateMachineArn: string): Promise<string | undefined> {
  try {
    return (await states.send(new DescribeStateMachineCommand({ stateMachineArn }))).status
  } catch (error) {
    if (error instanceof StateMachineDoesNotExist) return undefined
    throw error
  }
}

/** Waits with jitter. @throws {Fault} `unavailable` reason `publish_busy` when the time is over. */
export async function pauseOrGiveUp(
  { clock }: World,
  pause: number,
  until: number,
  cause?: unknown,
): Promise<void> {
  if (clock.now() + pause > until)
    throw new Fault(
      'unavailable',
      'The engine is busy; try again',
      { reason: 'publish_busy', retryAfterSeconds: 5 },
      cause,
    )
  await clock.sleep(pause * (0.5 + Math.random() / 2))
}

function full(cause: unknown): Fault {
  const details = { reason: 'engine_full', retryAfterSeconds: 60 }
  return new Fault('unavailable', 'The engine has no room for another machine', details, cause)
}
