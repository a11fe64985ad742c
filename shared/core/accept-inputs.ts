import { checkInputs, givenFiles, sealedFields } from '../definitions/inputs.ts'
import { unquoteInputs } from '../definitions/quoted-inputs.ts'
import { Fault } from '../faults.ts'
import type { JsonObject, World } from '../world.ts'
import { problemsIn } from './input-problems.ts'
import { openSealed, type SealedFor, sealMembers } from './sealing.ts'
import type { FilesOfRun } from './used-files.ts'
import type { ResolvedVersion } from './versions.ts'

/** Largest inputs of a run, in bytes of JSON. */
export const inputsLimitBytes = 192 * 1024

/**
 * The inputs of a new run as they are stored: checked against what the version declares, files told by name and size, what
 * is sensitive sealed.
 *
 * @param from the parent run, which hands on what it has sealed.
 * @throws {Fault} `validation_failed` with all issues; `payload_too_large`.
 */
export async function acceptInputs(
  world: World,
  who: { orgId: string; actor: string },
  order: { inputs: JsonObject; quoted?: boolean },
  { graph }: Pick<ResolvedVersion, 'graph'>,
  { runId, from }: { runId: string; from: string | undefined },
): Promise<{ inputs: string; files: FilesOfRun | undefined }> {
  const written = order.quoted ? unquoteInputs(graph.inputs, order.inputs) : order.inputs
  const { inputs: accepted, issues } = checkInputs(graph.inputs, written)
  if (issues.length > 0) throw new Fault('validation_failed', problemsIn(issues), { issues })
  const of = { orgId: who.orgId, runId }
  const sealed = sealedFields(graph.inputs)
  const plain = from ? await openHanded(world, { ...of, runId: from }, sealed, accepted) : accepted
  const named = givenFiles(graph.inputs, plain)
  const files = named.length === 0 ? undefined : await takeFiles(world, who, runId, named, plain)
  const inputs = JSON.stringify(await sealMembers(world, of, sealed, files?.inputs ?? plain))
  if (Buffer.byteLength(inputs) > inputsLimitBytes)
    throw new Fault('payload_too_large', 'The inputs are larger than 192 KiB', {
      limitBytes: inputsLimitBytes,
    })
  return { inputs, files }
}

/** Read from disk by the first start that is given a file. */
async function takeFiles(
  ...given: Parameters<typeof import('./used-files.ts')['useFiles']>
): Promise<FilesOfRun> {
  const { useFiles } = await import('./used-files.ts')
  return await useFiles(...given)
}

/** What a parent hands on sealed is opened only where the child seals it again. */
async function openHanded(
  world: World,
  of: SealedFor,
  names: string[],
  inputs: JsonObject,
): Promise<JsonObject> {
  const handed = Object.fromEntries(
    names.flatMap((name) => (name in inputs ? [[name, inputs[name] ?? null]] : [])),
  )
  return { ...inputs, ...(await openSealed(world, of, handed)).value }
}
