import { instant } from '../aws/clock.ts'
import { Fault, type Issue } from '../faults.ts'
import { getItems } from '../store/batch-get.ts'
import { dropFile } from '../store/file-removals.ts'
import { useFile } from '../store/file-uses.ts'
import { type FileRow, getFile, isKept } from '../store/files.ts'
import { keys } from '../store/table.ts'
import type { Write } from '../store/transact.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { largestFile, uploadedBytes } from './file-bytes.ts'
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

/** Two writes each, beside the run's own, in a transaction of at most 100. */
const mostFiles = 40

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
  const idOf = new Map(names.map((name) => [name, fileIdIn(inputs[name] ?? null)]))
  const ids = [...new Set(idOf.values())]
  if (ids.length > mostFiles)
    throw refused([
      { path: `/${names[0]}`, code: 'too_many_files', message: `A run uses at most ${mostFiles} files` },
    ])
  const rows = await readRows(world, orgId, ids, /^share:(.+)$/.exec(actor)?.[1])
  for (const row of rows.values()) if (row.status === 'pending') await countBytes(world, row)
  const issues = [...idOf].flatMap(([name, id]) => {
    const row = rows.get(id)
    if (row === undefined) return [issue(name, 'unknown_file', 'names no file that can be used here')]
    if (row.status === 'pending')
      return [issue(name, 'file_not_uploaded', 'names a file that is not uploaded yet')]
    return isTooLarge(row) ? [issue(name, 'file_too_large', 'names a file of more than 100 MiB')] : []
  })
  if (issues.length > 0) throw refused(issues)
  const now = instant(world.clock.now())
  const values = [...idOf].map(([name, id]) => [name, told(rows.get(id)!)] as const)
  return {
    inputs: { ...inputs, ...Object.fromEntries(values) },
    writes: [...rows.values()].flatMap((row) => useFile(row, runId, now)),
    isGone: async () => (await Promise.all(ids.map((id) => isLost(world, orgId, id)))).includes(true),
    refusal: () =>
      refused(names.map((name) => issue(name, 'unknown_file', 'names no file that can be used here'))),
  }
}

/** Looks at a file's bytes before its first use: one that came unannounced and is too large goes. */
async function countBytes(world: World, row: FileRow): Promise<void> {
  const size = await uploadedBytes(world, row)
  if (size === null) return
  row.size = size
  row.status = 'ready'
  if (isTooLarge(row)) await dropFile(world, row)
}

function isTooLarge({ size }: FileRow): boolean {
  return size !== null && size > largestFile
}

function fileIdIn(value: Json): string {
  const id = typeof value === 'object' && value !== null && !Array.isArray(value) ? value.fileId : value
  return String(id)
}

/** The files by id that a start with this share, or without one, may use. */
async function readRows(
  world: World,
  orgId: string,
  ids: string[],
  shareId: string | undefined,
): Promise<Map<string, FileRow>> {
  const found = await getItems(
    world,
    ids.map((id) => keys.file(orgId, id)),
  )
  const rows = found.map((item) => item as unknown as FileRow)
  const usable = rows.filter((row) => row.shareId === shareId && isKept(row, world.clock.now()))
  return new Map(usable.map((row) => [row.id, row]))
}

async function isLost(world: World, orgId: string, id: string): Promise<boolean> {
  const row = await getFile(world, orgId, id)
  return row === null || !isKept(row, world.clock.now())
}

function told({ id, filename, contentType, size }: FileRow): JsonObject {
  return { fileId: id, filename, contentType, size }
}

function issue(name: string, code: string, message: string): Issue {
  return { path: `/${name}`, code, message: `${name} ${message}` }
}

function refused(issues: Issue[]): Fault {
  return new Fault('validation_failed', problemsIn(issues), { issues })
}
