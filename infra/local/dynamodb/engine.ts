import type { Clock } from '../../../shared/world.ts'
import type { Changing } from './changing.ts'
import type { Expiry } from './expiry.ts'
import type { Storage } from './storage.ts'
import type { Tables } from './tables.ts'
import type { Tokens } from './tokens.ts'
import type { Writer } from './writer.ts'

/** What the operations work with. */
export interface Engine {
  storage: Storage
  tables: Tables
  writer: Writer
  changing: Changing
  expiry: Expiry
  tokens: Tokens
  clock: Clock
}

/** A request as its JSON reads; every member is yet to be checked. */
export type Request = Record<string, unknown>

/** One operation: takes the request, answers the JSON text of the reply. */
export type Operation = (engine: Engine, request: Request, body: string) => Promise<string> | string
