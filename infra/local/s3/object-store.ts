import type { Clock } from '../../../shared/world.ts'
import type { Blobs } from './blobs.ts'
import type { ObjectRows } from './object-rows.ts'

/** Where the operations find objects. */
export interface ObjectStore {
  rows: ObjectRows
  blobs: Blobs
  clock: Clock
  /** Largest object, in bytes. */
  maxBytes: number
}
