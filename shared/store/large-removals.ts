import type { World } from '../world.ts'
import { keyOfLarge, type ValuePlace } from './large-places.ts'

// Apart from what keeps and reads them: only who takes runs away may take their outputs away.

/** Takes an output away. May be done twice. */
export async function removeLarge({ s3, settings }: World, place: ValuePlace): Promise<void> {
  const { DeleteObjectCommand } = await import('../aws/s3-client.ts')
  await s3.send(new DeleteObjectCommand({ Bucket: settings.bucket, Key: keyOfLarge(place) }))
}
