import { randomBytes, randomUUID } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import type { Ids } from '../world.ts'

const ulid = monotonicFactory()

/** Identifiers from the system's random source. */
export const systemIds: Ids = {
  uuid: randomUUID,
  ulid: () => ulid(),
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
}
