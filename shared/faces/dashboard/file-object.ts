import * as z from 'zod'
import type { FileView } from '../../core/file-view.ts'
import type { FileWish, Upload, Uploader } from '../../core/files.ts'
import type { Reply } from '../../http/route.ts'
import type { World } from '../../world.ts'
import { instant, uuid } from '../shapes.ts'

/** Largest file that comes as a form: with its base64 it must fit into a function's event of 6 MB. */
export const formLimitBytes = 4 * 1024 * 1024

const isLabel = (text: string) => text.isWellFormed() && !/[\p{Cc}/\\]/u.test(text)
const mediaTypes =
  /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}(; ?[\w!#$&^.+-]{1,50}=("[ !#-[\]-~]{0,80}"|[\w!#$&^.+-]{1,80})){0,3}$/

/** What people call a file: a label only. */
export const filename = z
  .string()
  .min(1)
  .max(255)
  .refine(isLabel, 'must be a name without / and \\ and without control characters')

/** A file's content type. */
export const mediaType = z.string().regex(mediaTypes, 'give a media type such as application/pdf')

/** What is told of a file before its bytes. */
export const fileWish = z.strictObject({
  filename,
  contentType: mediaType,
  size: z.int().min(1),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'give the SHA-256 of the bytes in hex')
    .optional(),
})

const members = {
  fileId: uuid,
  fileKey: uuid,
  filename: z.string(),
  contentType: z.string(),
  size: z.int().nullable(),
  status: z.enum(['pending', 'ready']),
}

/** A file of which the bytes are there, or not yet; `expiresAt` = when it goes unless a run uses it, null if one does. */
export const fileShape = z.strictObject({ ...members, expiresAt: instant.nullable() })

/** A file whose bytes are to be sent to `uploadUrl`, until `expiresAt`. */
const pendingShape = z.strictObject({
  ...members,
  uploadUrl: z.string(),
  uploadMethod: z.literal('PUT'),
  uploadHeaders: z.record(z.string(), z.string()),
  expiresAt: instant,
})

/** The two answers to an upload: by the bytes that came with it, or by where to send them. */
export const uploadReply = { 201: z.union([pendingShape, fileShape]) }

/** The file as this face shows it: `fileKey` is the id again, never where the bytes lie. */
export function fileObject({ fileId, filename, contentType, size, status, expiresAt }: FileView) {
  return { fileId, fileKey: fileId, filename, contentType, size, status, expiresAt }
}

/** Takes a file, or tells where its bytes go. */
export async function takeFile(
  world: World,
  uploader: Uploader,
  wish: FileWish,
  content: Uint8Array | undefined,
): Promise<Reply> {
  const { createFile, storeFile } = await import('../../core/files.ts')
  if (content !== undefined)
    return { status: 201, body: fileObject(await storeFile(world, uploader, wish, content)) }
  const { file, upload } = await createFile(world, uploader, wish)
  return { status: 201, body: pendingObject(file, upload) }
}

function pendingObject(file: FileView, { uploadUrl, uploadHeaders, expiresAt }: Upload) {
  return { ...fileObject(file), uploadUrl, uploadMethod: 'PUT', uploadHeaders, expiresAt }
}
