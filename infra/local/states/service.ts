import type { Programs } from './program/programs.ts'
import type { Request } from './request.ts'
import type { Machinery } from './run/machinery.ts'
import type { DiskKeeper, Rows } from './store/disk-keeper.ts'

/** What the operations work with. */
export interface Service extends Rows {
  machinery: Machinery
  programs: Programs
  keeper: DiskKeeper
}

/** One operation: the members of its answer. What it has written is on disk before anyone is answered. */
export type Operation = (service: Service, request: Request) => object | Promise<object>
