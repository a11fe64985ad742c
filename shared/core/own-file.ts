import { Fault } from '../faults.ts'
import { type FileRow, getFile, isKept } from '../store/files.ts'
import type { World } from '../world.ts'

/** A file of the organisation. @throws {Fault} `not_found`, also for one whose time is over. */
export async function findFile(world: World, orgId: string, id: string): Promise<FileRow> {
  const file = await getFile(world, orgId, id)
  if (file !== null && isKept(file, world.clock.now())) return file
  throw new Fault('not_found', 'There is no such file')
}
