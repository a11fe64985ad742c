import { createHmac, hkdfSync } from 'node:crypto'
import { sealingSecret } from '../aws/sealing-secret.ts'
import type { World } from '../world.ts'

/** A digest that only this service can make, of parts that stand apart: for codes and tickets. */
export async function keyedDigest(world: World, use: string, parts: string[]): Promise<Buffer> {
  const key = Buffer.from(hkdfSync('sha256', await sealingSecret(world), '', `sluice ${use}`, 32))
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest()
}

/** Bytes that are always the same for a use, and of no use for any other. */
export async function derivedKey(world: World, use: string): Promise<Buffer> {
  return Buffer.from(hkdfSync('sha256', await sealingSecret(world), '', `sluice ${use}`, 32))
}
