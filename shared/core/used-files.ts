import { instant } from '../aws/clock.ts'
import { Fault, type Issue } from '../faults.ts'
import { useFile } from '../store/file-uses.ts'
import { getFile, isKept } from '../store/files.ts'
import type { Write } from '../store/transact.ts'
import type { JsonObject, World } from '../world.ts'
import { findFiles, tellFile, unknownFile } from './given-files.ts'
import { problemsIn } from './input-problems.ts'

/** What the files of a new run come to. */
export interface FilesOfRun {
  /** The inputs, each file told by name, type and size. */
  inputs: JsonObject
  /** What binds the files to the run, in its own transaction. */
  writes: Write[]
  /** True if one of them is gone meanwhile, so that the run cannot begin. */
  isGone(): Promise<boolean>
  refusal(): Fault
}

/**
 * Takes the files that a run is given (dashboard.md §7): each must be of the organisation, come by the same share as the
 * start or by none as it, and be uploaded, which is looked at once.
 *
 * @param names of the declared `file` inputs that have a value.
 * @throws {Fault} `validation_failed` with an issue for each: `unknown_file`, `file_not_uploaded`, `file_too_large`, `too_many_files`.
 */
export async function useFiles(
  world: World,
  { orgId, actor }: { orgId: string; actor: string },
  runId: string,
  names: string[],
  inputs: JsonObject,
): Promise<FilesOfRun> {
  const share = /^share:(.+)$/.exec(actor)?.[1]
  const given = names.map((name) => ({ name, path: `/${name}`, value: inputs[name] ?? null }))
  const { issues, files } = await findFiles(world, orgId, given, ({ shareId }) => shareId === share)
  if (issues.length > 0) throw refused(issues)
  const rows = new Map([...files.values()].map((row) => [row.id, row]))
  const now = instant(world.clock.now())
  const values = given.map(({ name, path }) => [name, tellFile(files.get(path)!)] as const)
  return {
    inputs: { ...inputs, ...Object.fromEntries(values) },
    writes: [...rows.values()].flatMap((row) => useFile(row, runId, now)),
    isGone: async () =>
      (await Promise.all([...rows.keys()].map((id) => isLost(world, orgId, id)))).includes(true),
    refusal: () => refused(given.map(unknownFile)),
  }
}

async function isLost(world: World, orgId: string, id: string): Promise<boolean> {
  const row = await getFile(world, orgId, id)
  return row === null || !isKept(row, world.clock.now())
}

function refused(issues: Issue[]): Fault {
  return new Fault('validation_failed', problemsIn(issues), { issues })
}
