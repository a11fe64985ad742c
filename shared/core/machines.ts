import { gzipSync } from 'node:zlib'
import { compilerVersion } from '../compile/version.ts'
import type { Graph } from '../definitions/graph.ts'
import { getMachine, noteMachine, noteReady, type Owner } from '../store/machines.ts'
import type { ReadyMachine } from '../store/versions.ts'
import type { World } from '../world.ts'
import type { CompiledMachine, MachineKind } from './machine-of.ts'

export type { ReadyMachine } from '../store/versions.ts'
export type { MachineKind } from './machine-of.ts'

/** How long a machine that no version needs is left alone, in milliseconds. */
export const graceMs = 7 * 86_400_000
/** How long this process trusts that a machine is there: less than the sweep waits before it takes one away. */
const trustMs = 86_400_000

/** Compiler and maker are read from disk by the first who has a machine made. */
const compiler = () => import('./machine-of.ts')
const maker = () => import('./make-machine.ts')

/** Machines that this process knows to be ready, by graph and owner. */
const ready = new WeakMap<Graph, Map<string, { machine: ReadyMachine; until: number }>>()

/**
 * Makes sure that the engine has the machine of a graph. The same graph gives the same name, so it may be done again at any
 * time.
 *
 * @throws {Fault} `validation_failed` if no machine can be made of it; `unavailable` reason `publish_busy` or `engine_full`.
 */
export async function ensureMachine(
  world: World,
  owner: Owner,
  graph: Graph,
  kind: MachineKind,
): Promise<ReadyMachine> {
  const known = ready.get(graph) ?? new Map<string, { machine: ReadyMachine; until: number }>()
  ready.set(graph, known)
  const key = `${world.settings.table} ${owner.orgId} ${owner.flowId} ${kind}`
  const found = known.get(key)
  if (found && found.until > world.clock.now()) return found.machine
  const { compileMachine } = await compiler()
  const compiled = compileMachine(world.settings, owner, graph, kind)
  const arn = await ensureMade(world, owner, compiled)
  const machine = { arn, name: compiled.name, hash: compiled.hash }
  known.set(key, { machine, until: world.clock.now() + trustMs })
  return machine
}

/** Stage two of publishing (aws.md 2.3): note it, have it made, note that it is there. */
async function ensureMade(world: World, owner: Owner, compiled: CompiledMachine): Promise<string> {
  const { name, hash, kind, machine } = compiled
  const { makeMachine, patienceMs, pauseOrGiveUp } = await maker()
  const until = world.clock.now() + patienceMs
  for (;;) {
    const row = await getMachine(world, owner, name)
    if (row?.state === 'READY' && row.arn !== undefined) return row.arn
    if (row === null) {
      const { checkCompiled } = await compiler()
      checkCompiled(compiled)
      const body = gzipSync(JSON.stringify(machine))
      const noted = { name, kind, hash, compilerVersion, body }
      await noteMachine(world, owner, noted, world.clock.now() + graceMs)
    }
    if (row?.state !== 'DELETING') {
      const arn = await makeMachine(world, owner, compiled)
      if (await noteReady(world, owner, name, arn)) return arn
    }
    // The sweep is taking it away: once it is gone, it is made anew.
    await pauseOrGiveUp(world, 500, until)
  }
}
