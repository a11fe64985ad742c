import type { World } from '../world.ts'

/** Takes the bytes of a file away whose record is gone. May be done twice. */
export async function removeBytes({ s3, settings }: World, key: string): Promise<void> {
  const { DeleteObjectCommand } = await import('../aws/s3-client.ts')
  await s3.send(new DeleteObjectCommand({ Bucket: settings.bucket, Key: key }))
}
