import { createHmac, hkdfSync } from 'node:crypto'
import { sealingSecret } from '../aws/sealing-secret.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { header, mapTexts, sealedText } from './hidden.ts'

/** Read from disk by the first sealed value. */
const jose = () => import('jose')

/** Whose values a key opens: a sealed text of another run is only text. */
export interface SealedFor {
  orgId: string
  runId: string
}

/** Seals a value as a compact JWE (flow-language.md §6). */
export async function seal(world: World, of: SealedFor, value: Json): Promise<string> {
  const plain = new TextEncoder().encode(JSON.stringify(value))
  const { CompactEncrypt } = await jose()
  return await new CompactEncrypt(plain).setProtectedHeader(header).encrypt(await keyOf(world, of))
}

/**
 * Seals what a flow hands out, a ticket or an assertion: hidden wherever sealed values are, opened for working steps, and
 * for the client to whom the run's end is told.
 */
export async function sealTicket(world: World, of: SealedFor, ticket: string): Promise<string> {
  return await seal(world, ticketsOf(of), ticket)
}

/** The value with tickets opened; what else is sealed stays so. */
export async function openTickets(world: World, of: SealedFor, value: JsonObject): Promise<JsonObject> {
  return (await openBy(world, [ticketsOf(of)], value)).value
}

function ticketsOf({ orgId, runId }: SealedFor): SealedFor {
  return { orgId, runId: `${runId} tickets` }
}

/** Opens what `seal` made. @throws if it is of another run, or was changed. */
export async function unseal(world: World, of: SealedFor, text: string): Promise<Json> {
  const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] }
  const { compactDecrypt } = await jose()
  const { plaintext } = await compactDecrypt(text, await keyOf(world, of), options)
  return JSON.parse(new TextDecoder().decode(plaintext))
}

/** A digest of a text that only this service can make: for what may hold a value that must not be guessed. */
export async function digestFor(world: World, of: SealedFor, text: string): Promise<string> {
  const key = await keyOf(world, of)
  return createHmac('sha256', key).update('digest ').update(text).digest('hex')
}

/** Seals the named members, in a copy. Members that are absent or null stay as they are. */
export async function sealMembers(
  world: World,
  of: SealedFor,
  members: string[],
  values: JsonObject,
): Promise<JsonObject> {
  const sealed = { ...values }
  for (const name of members)
    if (Object.hasOwn(values, name) && values[name] !== null)
      sealed[name] = await seal(world, of, values[name] ?? null)
  return sealed
}

/**
 * Opens every sealed text of the run inside a value, in a copy; what belongs to another run stays as it is.
 *
 * @returns also the opened values as texts, for masking.
 */
export async function openSealed(
  world: World,
  of: SealedFor,
  value: JsonObject,
): Promise<{ value: JsonObject; opened: string[] }> {
  return await openBy(world, [of, ticketsOf(of)], value)
}

async function openBy(
  world: World,
  keys: SealedFor[],
  value: JsonObject,
): Promise<{ value: JsonObject; opened: string[] }> {
  const texts = new Set(JSON.stringify(value).match(sealedText) ?? [])
  if (texts.size === 0) return { value, opened: [] }
  const plain = new Map<string, Json>()
  for (const text of texts) {
    for (const of of keys) {
      try {
        plain.set(text, await unseal(world, of, text))
      } catch {
        // Of another run, or made to look like one: it stays data.
      }
    }
  }
  const open = (text: string): Json =>
    plain.get(text) ?? text.replace(sealedText, (part) => asText(plain.get(part) ?? part))
  return { value: mapTexts(value, open) as JsonObject, opened: [...plain.values()].map(asText) }
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

async function keyOf(world: World, { orgId, runId }: SealedFor): Promise<Uint8Array> {
  const secret = await sealingSecret(world)
  return new Uint8Array(hkdfSync('sha256', secret, '', `sluice sealed ${orgId} ${runId}`, 32))
}
