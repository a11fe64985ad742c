import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { objectKeys } from '../store/bucket.ts'
import { countFiles, type FileRow, putFile, setReady } from '../store/files.ts'
import type { World } from '../world.ts'
import { largestFile, uploadedBytes } from './file-bytes.ts'
import { type FileView, viewFile } from './file-view.ts'
import { findFile } from './own-file.ts'
import { answering } from './refusal.ts'

/** Who uploads: somebody of the organisation, or whoever has a share's token. */
export interface Uploader {
  orgId: string
  /** `user:<account>`, `key:<id>`, `share:<id>`. */
  actor: string
  shareId?: string
  /** The flow whose list the file is to be in. */
  flowId?: string
}

/** What is told of a file before its bytes. */
export interface FileWish {
  filename: string
  contentType: string
  /** Bytes; absent if they are to be counted at the first use. */
  size?: number | undefined
  /** Digest of the bytes as hex: an upload of others is refused. */
  sha256?: string | undefined
}

/** How the bytes of a file are sent: a PUT of exactly these headers. */
export interface Upload {
  uploadUrl: string
  uploadHeaders: Record<string, string>
  /** When the URL ends. */
  expiresAt: string
}

/** Files of one organisation. */
const mostFiles = 10_000
/** How long a file is kept that no run uses. */
const unusedMs = 24 * 3_600_000
const uploadSeconds = 3600
const downloadSeconds = 300

/**
 * Makes a file whose bytes its uploader puts into the bucket himself (dashboard.md §7).
 *
 * @throws {Fault} `payload_too_large`; `concurrency_limit` if the organisation has too many.
 */
export async function createFile(
  world: World,
  uploader: Uploader,
  wish: FileWish,
): Promise<{ file: FileView; upload: Upload }> {
  return await answering(world, async () => {
    const row = await newFile(world, uploader, wish)
    await putFile(world, row)
    return { file: viewFile(row), upload: await signUpload(world, row, wish.sha256) }
  })
}

/**
 * Makes a file of bytes that came with the request.
 *
 * @throws {Fault} `payload_too_large`; `concurrency_limit` if the organisation has too many.
 */
export async function storeFile(
  world: World,
  uploader: Uploader,
  wish: FileWish,
  bytes: Uint8Array,
): Promise<FileView> {
  return await answering(world, async () => {
    const row = await newFile(world, uploader, wish)
    // The row first: bytes without one would stay for years.
    await putFile(world, row)
    const { PutObjectCommand } = await import('../aws/s3-client.ts')
    await world.s3.send(new PutObjectCommand({ ...placeOf(world, row), Body: bytes }))
    await setReady(world, row)
    return viewFile({ ...row, status: 'ready' })
  })
}

/** A file of the organisation, and where its bytes are to be had, if they are there. @throws {Fault} `not_found` */
export async function readFile(
  world: World,
  orgId: string,
  id: string,
): Promise<{ file: FileView; downloadUrl: string | null }> {
  return await answering(world, async () => {
    const row = await findFile(world, orgId, id)
    const size = row.status === 'ready' ? row.size : await uploadedBytes(world, row)
    if (size === null || size > largestFile) return { file: viewFile(row), downloadUrl: null }
    const downloadUrl = await signDownload(world, row, downloadSeconds)
    return { file: viewFile({ ...row, size, status: 'ready' }), downloadUrl }
  })
}

async function newFile(
  world: World,
  { orgId, actor, shareId, flowId }: Uploader,
  { filename, contentType, size: announced }: FileWish,
): Promise<FileRow> {
  const size = announced ?? null
  if (size !== null && size > largestFile)
    throw new Fault('payload_too_large', 'A file has at most 100 MiB', { limitBytes: largestFile })
  if ((await countFiles(world, orgId, mostFiles)) >= mostFiles)
    throw new Fault('concurrency_limit', `An organisation has at most ${mostFiles} files`, {
      limit: mostFiles,
      retryAfterSeconds: 3600,
    })
  const id = world.ids.uuid()
  const now = world.clock.now()
  return {
    ...{ id, orgId, filename, contentType, size, key: objectKeys.file(orgId, id, filename) },
    ...{ status: 'pending', runs: 0, createdAt: instant(now), createdBy: actor },
    ...(shareId === undefined ? {} : { shareId }),
    ...(flowId === undefined ? {} : { flowId }),
    expiresAt: instant(now + unusedMs),
    ttl: Math.floor((now + unusedMs) / 1000),
  }
}

function placeOf({ settings }: World, { key, contentType, size }: FileRow) {
  const length = size === null ? {} : { ContentLength: size }
  return { Bucket: settings.bucket, Key: key, ContentType: contentType, ...length }
}

/** Length, type and digest are signed: bytes of another kind are refused by the bucket itself. */
async function signUpload(world: World, row: FileRow, sha256: string | undefined): Promise<Upload> {
  const checksum = sha256 === undefined ? undefined : Buffer.from(sha256, 'hex').toString('base64')
  const uploadHeaders = {
    'content-type': row.contentType,
    ...(row.size === null ? {} : { 'content-length': String(row.size) }),
    ...(checksum === undefined ? {} : { 'x-amz-checksum-sha256': checksum }),
  }
  const at = world.clock.now()
  const { PutObjectCommand } = await import('../aws/s3-client.ts')
  const command = new PutObjectCommand({
    ...placeOf(world, row),
    ...(checksum === undefined ? {} : { ChecksumSHA256: checksum }),
  })
  return {
    uploadUrl: await world.signUrl(command, {
      ...{ seconds: uploadSeconds, at, headers: Object.keys(uploadHeaders) },
    }),
    uploadHeaders,
    expiresAt: instant(at + uploadSeconds * 1000),
  }
}

/** A page that it holds is saved, never shown: it would be shown in the name of the bucket's address. */
export async function signDownload(
  world: World,
  { key, filename, contentType }: FileRow,
  seconds: number,
): Promise<string> {
  const { GetObjectCommand } = await import('../aws/s3-client.ts')
  const command = new GetObjectCommand({
    ...{ Bucket: world.settings.bucket, Key: key, ResponseContentType: contentType },
    ResponseContentDisposition: attachment(filename),
  })
  return await world.signUrl(command, { seconds, at: world.clock.now() })
}

/** RFC 6266: the name for those who read only ASCII, and the name. */
function attachment(filename: string): string {
  const plain = filename.replace(/[^ !#-[\]-~]/g, '_')
  const exact = encodeURIComponent(filename).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}
