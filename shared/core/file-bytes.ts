import type { FileRow } from '../store/files.ts'
import type { World } from '../world.ts'

/** True if the bytes of a file lie in the bucket, as many as were announced. */
export async function isUploaded({ s3, settings }: World, { key, size }: FileRow): Promise<boolean> {
  const { HeadObjectCommand } = await import('../aws/s3-client.ts')
  try {
    const { ContentLength } = await s3.send(new HeadObjectCommand({ Bucket: settings.bucket, Key: key }))
    return ContentLength === size
  } catch (error) {
    // By name: the client is another bundle than this (infra/bundle.ts).
    if ((error as Error).name === 'NotFound') return false
    throw error
  }
}
