import type { Machine } from '../asl/states.ts'
import { checkMachine } from '../compile/check-machine.ts'
import { compile } from '../compile/compile.ts'
import { CompileError } from '../compile/compile-error.ts'
import { machineName } from '../compile/name.ts'
import type { Graph } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import type { Owner } from '../store/machines.ts'
import type { Settings } from '../world.ts'

/** Which of a version's machines. */
export type MachineKind = 'standard' | 'express'

/** A graph as a machine that is not made yet. */
export interface CompiledMachine {
  kind: MachineKind
  name: string
  /** All 64 digits. */
  hash: string
  machine: Machine
}

/**
 * Compiles a graph and names what comes of it.
 *
 * @throws {Fault} `validation_failed` if no machine can be made of it.
 */
export function compileMachine(
  settings: Settings,
  { orgId, flowId }: Owner,
  graph: Graph,
  kind: MachineKind,
): CompiledMachine {
  const { stepFunction, scriptFunction } = settings
  const machine = refusing(() => compile(graph, { kind, stepFunction, scriptFunction }))
  const { name, hash } = machineName({
    stage: settings.stage,
    orgId,
    flowId,
    kind,
    definition: machine,
    roleArn: settings.machineRoleArn,
    logging: { level: 'ERROR', includeExecutionData: false, logGroupArn: settings.machineLogGroupArn },
    tracing: true,
    encryption: null,
  })
  return { kind, name, hash, machine }
}

/**
 * The checks that are made once, before the engine is asked: they take longer than the compiler.
 *
 * @throws {Fault} `validation_failed`.
 */
export function checkCompiled({ machine, kind }: CompiledMachine): void {
  refusing(() => {
    const issues = checkMachine(machine, kind)
    if (issues.length > 0) throw new CompileError(issues)
  })
}

function refusing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof CompileError)) throw error
    const { issues } = error
    throw new Fault('validation_failed', 'No machine can be made of this flow', { issues }, error)
  }
}
