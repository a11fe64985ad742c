import type { Issue } from '../faults.ts'
import { getItems } from '../store/batch-get.ts'
import { dropFile } from '../store/file-removals.ts'
import { type FileRow, isKept } from '../store/files.ts'
import { keys } from '../store/table.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { largestFile, uploadedBytes } from './file-bytes.ts'

/** A value of a `file` field: the file's id, or an object that has it as `fileId`. */
export interface GivenFile {
  /** The field. */
  name: string
  /** Where the value stands, as a JSON pointer. */
  path: string
  value: Json
}

/** Two writes each, beside those of a run's start, in a transaction of at most 100. */
const mostFiles = 40

/**
 * Finds the files that values name (dashboard.md §7): each must be of the organisation, one that `mayUse` lets pass, and be
 * uploaded, which is looked at once.
 *
 * @returns the files by the path of their value, or what is wrong: `unknown_file`, `file_not_uploaded`, `file_too_large`,
 * `too_many_files`.
 */
export async function findFiles(
  world: World,
  orgId: string,
  given: GivenFile[],
  mayUse: (row: FileRow) => boolean,
): Promise<{ files: Map<string, FileRow>; issues: Issue[] }> {
  const files = new Map<string, FileRow>()
  const ids = [...new Set(given.map(({ value }) => fileIdIn(value)))]
  const [first] = given
  if (first !== undefined && ids.length > mostFiles) return { files, issues: [tooMany(first)] }
  const rows = await readRows(world, orgId, ids, mayUse)
  for (const row of rows.values()) if (row.status === 'pending') await countBytes(world, row)
  const issues = given.flatMap((file) => {
    const row = rows.get(fileIdIn(file.value))
    if (row === undefined) return [unknownFile(file)]
    if (row.status === 'pending')
      return [issue(file, 'file_not_uploaded', 'names a file that is not uploaded yet')]
    if (isTooLarge(row)) return [issue(file, 'file_too_large', 'names a file of more than 100 MiB')]
    files.set(file.path, row)
    return []
  })
  return { files, issues }
}

/** What steps see of a file. */
export function tellFile({ id, filename, contentType, size }: FileRow): JsonObject {
  return { fileId: id, filename, contentType, size }
}

/** What is wrong with a value that names no file: the same for every cause. */
export function unknownFile(file: GivenFile): Issue {
  return issue(file, 'unknown_file', 'names no file that can be used here')
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

async function readRows(
  world: World,
  orgId: string,
  ids: string[],
  mayUse: (row: FileRow) => boolean,
): Promise<Map<string, FileRow>> {
  const found = await getItems(
    world,
    ids.map((id) => keys.file(orgId, id)),
  )
  const rows = found.map((item) => item as unknown as FileRow)
  const usable = rows.filter((row) => mayUse(row) && isKept(row, world.clock.now()))
  return new Map(usable.map((row) => [row.id, row]))
}

function tooMany({ path }: GivenFile): Issue {
  return { path, code: 'too_many_files', message: `At most ${mostFiles} files can be given at once` }
}

function issue({ name, path }: GivenFile, code: string, message: string): Issue {
  return { path, code, message: `${name} ${message}` }
}
