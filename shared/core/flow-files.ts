import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { listFlowFiles } from '../store/flow-files.ts'
import { getFlow } from '../store/flows.ts'
import type { World } from '../world.ts'
import { largestFile, uploadedBytes } from './file-bytes.ts'
import { type FileView, viewFile } from './file-view.ts'
import { createFile, type FileWish, signDownload, type Upload } from './files.ts'
import { findFile } from './own-file.ts'
import { answering } from './refusal.ts'
import { noFlow } from './version-faults.ts'

const downloadSeconds = 3600

/**
 * Makes a file that is in a flow's list (headless-runner-executions.md 3.4).
 *
 * @throws {Fault} `not_found`; `payload_too_large`; `concurrency_limit` if the organisation has too many.
 */
export async function createFlowFile(
  world: World,
  { orgId, actor }: { orgId: string; actor: string },
  flowId: string,
  wish: FileWish,
): Promise<{ file: FileView; upload: Upload }> {
  await needFlow(world, orgId, flowId)
  return await createFile(world, { orgId, actor, flowId }, wish)
}

/** Files of a flow, newest first. @throws {Fault} `not_found` */
export async function listFiles(
  world: World,
  orgId: string,
  flowId: string,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ files: FileView[]; more: boolean }> {
  await needFlow(world, orgId, flowId)
  return await answering(world, async () => {
    const files: FileView[] = []
    let left = offset
    for await (const row of listFlowFiles(world, orgId, flowId)) {
      if (left-- > 0) continue
      if (files.length === limit) return { files, more: true }
      files.push(viewFile(row))
    }
    return { files, more: false }
  })
}

/**
 * Where the bytes of a flow's file are to be had for an hour.
 *
 * @throws {Fault} `not_found`, also for another flow's file and for one that is not uploaded.
 */
export async function flowFileUrl(
  world: World,
  orgId: string,
  flowId: string,
  id: string,
): Promise<{ url: string; expiresAt: string }> {
  await needFlow(world, orgId, flowId)
  return await answering(world, async () => {
    const row = await findFile(world, orgId, id)
    const size = row.status === 'ready' ? row.size : await uploadedBytes(world, row)
    if (row.flowId !== flowId || size === null || size > largestFile)
      throw new Fault('not_found', 'There is no such file')
    const expiresAt = instant(world.clock.now() + downloadSeconds * 1000)
    return { url: await signDownload(world, row, downloadSeconds), expiresAt }
  })
}

async function needFlow(world: World, orgId: string, flowId: string): Promise<void> {
  if ((await answering(world, () => getFlow(world, orgId, flowId))) === null) throw noFlow()
}
