import { randomBytes, randomFillSync, randomUUID } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import type { Ids } from '../world.ts'

const ulid = monotonicFactory(fraction)

/** Identifiers from the system's random source. */
export const systemIds: Ids = {
  uuid: randomUUID,
  ulid: () => ulid(),
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
}

const pool = new Uint32Array(1024)
let taken = pool.length

/** A random fraction below 1; drawn from the system in large portions, since a ULID asks for sixteen. */
function fraction(): number {
  if (taken === pool.length) {
    randomFillSync(pool)
    taken = 0
  }
  return pool[taken++]! / 2 ** 32
}
