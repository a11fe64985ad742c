import type { FileRow } from '../store/files.ts'
import type { World } from '../world.ts'

/** Largest file, in bytes. */
export const largestFile = 100 * 1024 * 1024

/** How many bytes of a file lie in the bucket; null if there are none, or not as many as were announced. */
export async function uploadedBytes({ s3, settings }: World, { key, size }: FileRow): Promise<number | null> {
  const { HeadObjectCommand } = await import('../aws/s3-client.ts')
  try {
    const { ContentLength } = await s3.send(new HeadObjectCommand({ Bucket: settings.bucket, Key: key }))
    return ContentLength !== undefined && (size === null || ContentLength === size) ? ContentLength : null
  } catch (error) {
    // By name: the client is another bundle than this (infra/bundle.ts).
    if ((error as Error).name === 'NotFound') return null
    throw error
  }
}
