import { createHash } from 'node:crypto'
import { StepError } from '../step-error.ts'
import type { ValuePlace } from '../store/large-places.ts'
import { getLarge, putLarge } from '../store/large-values.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { hasLarge, isLargeRef, type LargeRef, largeMark } from './large-ref.ts'

/** Size and digest of an output that lies in the bucket. */
export interface Large {
  bytes: number
  sha256: string
}

/** More than the engine carries from one state to the next, and than a record holds beside its input. */
const mostCarried = 240_000
const mostRecorded = 380_000

/**
 * Puts an output that neither the engine nor the step's record can hold into the bucket.
 *
 * @param place.inputBytes what lies in the record besides.
 * @param whole the output is of use only as it is.
 * @returns what stands for it; null for an output that is small enough.
 * @throws {StepError} `Step.OutputTooLarge` for one that must stay whole.
 */
export async function placeLarge(
  world: World,
  { inputBytes, ...place }: ValuePlace & { inputBytes: number },
  text: string,
  whole: boolean,
): Promise<{ ref: LargeRef; large: Large } | null> {
  const bytes = Buffer.byteLength(text)
  if (bytes <= mostCarried && bytes + inputBytes <= mostRecorded) return null
  if (whole) throw new StepError('Step.OutputTooLarge', `The output has ${bytes} bytes`)
  await putLarge(world, place, text)
  return largeOf(place, text)
}

/** The output of one visit as that of another, in a run that runs the first one's again. */
export async function copyLarge(world: World, from: ValuePlace, to: ValuePlace) {
  const text = await getLarge(world, from)
  await putLarge(world, to, text)
  return largeOf(to, text)
}

/** What stands for an output, and what is known of it. */
function largeOf({ stepKey }: ValuePlace, text: string): { ref: LargeRef; large: Large } {
  const bytes = Buffer.byteLength(text)
  const sha256 = createHash('sha256').update(text).digest('hex')
  return { ref: { $ref: largeMark + stepKey, bytes }, large: { bytes, sha256 } }
}

/**
 * The args with the run's own large outputs in the place of what stands for them: only working steps see them whole. What
 * merely looks like such a thing reads nothing but outputs of the same run.
 */
export async function fillLarge(
  world: World,
  of: { orgId: string; runId: string },
  args: JsonObject,
): Promise<JsonObject> {
  return hasLarge(args) ? ((await filled(world, of, args)) as JsonObject) : args
}

/** Told by name: the client is bundled by itself. */
function unlessNone(error: unknown): null {
  if ((error as Error).name === 'NoSuchKey') return null
  throw error
}

async function filled(world: World, of: { orgId: string; runId: string }, value: Json): Promise<Json> {
  if (isLargeRef(value)) {
    const text = await getLarge(world, { ...of, stepKey: value.$ref.slice(largeMark.length) }).catch(
      unlessNone,
    )
    return text === null ? value : (JSON.parse(text) as Json)
  }
  if (Array.isArray(value)) return await Promise.all(value.map((member) => filled(world, of, member)))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(
    async ([name, member]) => [name, await filled(world, of, member)] as const,
  )
  return Object.fromEntries(await Promise.all(members))
}
