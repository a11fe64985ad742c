import type { Machine } from '../../../../shared/asl/states.ts'
import type { MachineRow, MachineRows } from '../store/machine-rows.ts'
import { buildProgram } from './build.ts'
import type { Program } from './program.ts'

/** Characters of definitions whose programs stay in memory. */
const mostKept = 16 * 1024 * 1024

/** Programs by machine: built once, the ones not used for longest given up first. */
export class Programs {
  readonly #machines: MachineRows
  readonly #kept = new Map<string, { program: Program; size: number }>()
  #size = 0

  constructor(machines: MachineRows) {
    this.#machines = machines
    machines.whenDeleted((arn) => this.#forget(arn))
  }

  /** The program of a machine; undefined if there is no such machine. */
  get(arn: string): Program | undefined {
    const known = this.#kept.get(arn)
    if (known) {
      // Last in the order of the map: used most lately.
      this.#kept.delete(arn)
      this.#kept.set(arn, known)
      return known.program
    }
    const row = this.#machines.byArn(arn)
    return row && this.#add(row)
  }

  #add({ arn, name, details }: MachineRow): Program {
    const definition = this.#machines.definitionOf(arn) as string
    const program = buildProgram(JSON.parse(definition) as Machine, arn, name, details.roleArn)
    this.#kept.set(arn, { program, size: definition.length })
    this.#size += definition.length
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= mostKept || oldest === arn) break
      this.#forget(oldest)
    }
    return program
  }

  #forget(arn: string): void {
    this.#size -= this.#kept.get(arn)?.size ?? 0
    this.#kept.delete(arn)
  }
}
