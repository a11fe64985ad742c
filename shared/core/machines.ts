import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  SFNServiceException,
  type StateMachineType,
} from '@aws-sdk/client-sfn'
import { canonicalJson } from '../asl/canonical.ts'
import type { Machine } from '../asl/states.ts'
import { checkMachine } from '../compile/check-machine.ts'
import { compile } from '../compile/compile.ts'
import { CompileError } from '../compile/compile-error.ts'
import { machineName } from '../compile/name.ts'
import { compilerVersion } from '../compile/version.ts'
import type { Graph } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import { getMachine, noteMachine, noteReady } from '../store/machines.ts'
import type { World } from '../world.ts'

/** Which of a version's machines. */
export type MachineKind = 'standard' | 'express'

/** A machine that can be started. */
export interface ReadyMachine {
  arn: string
  name: string
  /** All 64 digits. */
  hash: string
}

/** How long a throttled engine is asked again before the caller is told to come back, in milliseconds. */
const patienceMs = 20_000
/** How long a machine without a version is left alone. */
const graceMs = 7 * 86_400_000
/** Machines that this process knows to be ready, by the graph they were compiled from: neither ever changes. */
const ready = new WeakMap<Graph, Map<string, ReadyMachine>>()

/**
 * Compiles a graph and makes sure that the engine has its machine. The same graph gives the same name, so it may be done
 * again at any time (aws.md 2.3).
 *
 * @throws {Fault} `validation_failed` if no machine can be made of it; `unavailable` reason `publish_busy` (the engine
 *   throttles) or `engine_full`.
 */
export async function ensureMachine(
  world: World,
  orgId: string,
  flowId: string,
  graph: Graph,
  kind: MachineKind,
): Promise<ReadyMachine> {
  const key = `${world.settings.table} ${orgId} ${flowId} ${kind}`
  const known = ready.get(graph)?.get(key)
  if (known) return known
  const machine = await compileAndMake(world, orgId, flowId, graph, kind)
  ready.set(graph, (ready.get(graph) ?? new Map()).set(key, machine))
  return machine
}

async function compileAndMake(
  world: World,
  orgId: string,
  flowId: string,
  graph: Graph,
  kind: MachineKind,
): Promise<ReadyMachine> {
  const { settings } = world
  const definition = compileChecked(graph, kind, settings.stepFunction)
  const { name, hash } = machineName({
    stage: settings.stage,
    orgId,
    flowId,
    kind,
    definition,
    roleArn: settings.machineRoleArn,
    logging: loggingOf(settings.machineLogGroupArn),
    tracing: true,
    encryption: null,
  })
  return { arn: await makeMachine(world, { orgId, flowId, name, hash, kind, definition }), name, hash }
}

/** @throws {Fault} `validation_failed` with what stands in the way. */
function compileChecked(graph: Graph, kind: MachineKind, stepFunction: string): Machine {
  try {
    const machine = compile(graph, { kind, stepFunction })
    const issues = checkMachine(machine, kind)
    if (issues.length > 0) throw new CompileError(issues)
    return machine
  } catch (error) {
    if (!(error instanceof CompileError)) throw error
    throw new Fault(
      'validation_failed',
      'No machine can be made of this flow',
      { issues: error.issues },
      error,
    )
  }
}

interface Making {
  orgId: string
  flowId: string
  name: string
  hash: string
  kind: MachineKind
  definition: Machine
}

async function makeMachine(world: World, making: Making): Promise<string> {
  const { orgId, flowId, name, hash, kind } = making
  const row = await getMachine(world, orgId, flowId, name)
  if (row?.state === 'READY' && row.arn) return row.arn
  const checkAt = new Date(world.clock.now() + graceMs).toISOString()
  await noteMachine(world, orgId, flowId, { name, kind, hash, state: 'CREATING', compilerVersion }, checkAt)
  const arn = await create(world, making)
  await noteReady(world, orgId, flowId, name, arn)
  return arn
}

async function create(world: World, { orgId, flowId, name, kind, definition }: Making): Promise<string> {
  const { settings, states } = world
  const type: StateMachineType = kind === 'standard' ? 'STANDARD' : 'EXPRESS'
  const until = world.clock.now() + patienceMs
  for (let pause = 250; ; pause = Math.min(pause * 2, 4000)) {
    try {
      const { stateMachineArn = '' } = await states.send(
        new CreateStateMachineCommand({
          name,
          type,
          definition: canonicalJson(definition as never),
          roleArn: settings.machineRoleArn,
          loggingConfiguration: {
            level: 'ERROR',
            includeExecutionData: false,
            destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: `${settings.machineLogGroupArn}:*` } }],
          },
          tracingConfiguration: { enabled: true },
          tags: [
            { key: 'sluice:stage', value: settings.stage },
            { key: 'sluice:org', value: orgId },
            { key: 'sluice:flow', value: flowId },
          ],
        }),
      )
      await untilActive(world, stateMachineArn, until)
      return stateMachineArn
    } catch (error) {
      if (!(error instanceof SFNServiceException)) throw error
      if (error.name === 'StateMachineLimitExceeded')
        throw new Fault(
          'unavailable',
          'The engine has no room for another machine',
          { reason: 'engine_full', retryAfterSeconds: 60 },
          error,
        )
      const busy =
        error.name === 'ThrottlingException' ||
        error.name === 'StateMachineDeleting' ||
        error.$retryable?.throttling === true
      if (!busy) throw error
      if (world.clock.now() + pause > until)
        throw new Fault(
          'unavailable',
          'The engine is busy',
          { reason: 'publish_busy', retryAfterSeconds: 5 },
          error,
        )
      await world.clock.sleep(pause * (0.5 + Math.random() / 2))
    }
  }
}

async function untilActive({ states, clock }: World, stateMachineArn: string, until: number): Promise<void> {
  for (let pause = 50; ; pause *= 2) {
    const { status } = await states.send(new DescribeStateMachineCommand({ stateMachineArn }))
    if (status === 'ACTIVE') return
    if (clock.now() + pause > until)
      throw new Fault('unavailable', 'The engine is busy', { reason: 'publish_busy', retryAfterSeconds: 5 })
    await clock.sleep(pause)
  }
}

/** What of the logging belongs to the machine's content. */
function loggingOf(logGroupArn: string) {
  return { level: 'ERROR', includeExecutionData: false, logGroupArn }
}
