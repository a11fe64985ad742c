import type { WorkEvent } from '../asl/step-event.ts'
import { StepError } from '../step-error.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { organisationOwner, readSecret } from './secrets.ts'

/**
 * Puts secrets where the compiler has marked them: at the listed paths, and nowhere else, so that a value which merely looks
 * like a reference stays data.
 *
 * @param owner account whose secrets come before the organisation's.
 * @returns a copy of the args, and the values, for masking.
 * @throws {StepError} `secret_missing`.
 */
export async function resolveSecrets(
  world: World,
  { args, secrets = [], run }: Pick<WorkEvent, 'args' | 'secrets' | 'run'>,
  owner: string | undefined,
): Promise<{ args: JsonObject; values: string[] }> {
  if (secrets.length === 0) return { args, values: [] }
  const resolved = structuredClone(args)
  const known = new Map<string, string>()
  for (const path of secrets) {
    const place = placeOf(resolved, path)
    if (!place) continue
    const parts = place.holder[place.name]
    for (const key of keysIn(parts))
      if (!known.has(key)) known.set(key, await find(world, run.orgId, owner, key))
    place.holder[place.name] = join(parts, known)
  }
  return { args: resolved, values: [...known.values()] }
}

interface Place {
  holder: Record<string | number, Json>
  name: string | number
}

function placeOf(args: JsonObject, path: (string | number)[]): Place | null {
  const name = path.at(-1)
  let holder: Json | undefined = args
  for (const step of path.slice(0, -1)) {
    if (typeof holder !== 'object' || holder === null) return null
    holder = (holder as Record<string | number, Json>)[step]
  }
  if (name === undefined || typeof holder !== 'object' || holder === null) return null
  return { holder: holder as Record<string | number, Json>, name }
}

function keysIn(parts: Json | undefined): string[] {
  return Array.isArray(parts) ? parts.flatMap((part) => keyOf(part) ?? []) : []
}

function keyOf(part: Json): string | null {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return null
  return typeof part.$secret === 'string' ? part.$secret : null
}

function join(parts: Json | undefined, known: Map<string, string>): Json {
  if (!Array.isArray(parts)) return parts ?? null
  return parts
    .map((part) => {
      if (typeof part === 'string') return part
      return known.get(keyOf(part) ?? '') ?? JSON.stringify(part)
    })
    .join('')
}

async function find(world: World, orgId: string, owner: string | undefined, key: string): Promise<string> {
  for (const one of [owner, organisationOwner]) {
    const value = one === undefined ? null : await readSecret(world, { orgId, owner: one, key })
    if (value !== null) return value
  }
  throw new StepError('secret_missing', `There is no secret ${key}`)
}
