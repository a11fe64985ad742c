import type { World } from '../world.ts'
import { keyOfLarge, type ValuePlace } from './large-places.ts'

/** Keeps an output, JSON text; the same visit again puts it in its place. */
export async function putLarge({ s3, settings }: World, place: ValuePlace, text: string): Promise<void> {
  const { PutObjectCommand } = await import('../aws/s3-client.ts')
  await s3.send(
    new PutObjectCommand({
      Bucket: settings.bucket,
      Key: keyOfLarge(place),
      Body: text,
      ContentType: 'application/json',
    }),
  )
}

/** The output as JSON text. */
export async function getLarge({ s3, settings }: World, place: ValuePlace): Promise<string> {
  const { GetObjectCommand } = await import('../aws/s3-client.ts')
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: settings.bucket, Key: keyOfLarge(place) }))
  return (await Body?.transformToString()) ?? 'null'
}

/** An address from which the output may be read for so many seconds. */
export async function linkToLarge(world: World, place: ValuePlace, seconds: number): Promise<string> {
  const { GetObjectCommand } = await import('../aws/s3-client.ts')
  const command = new GetObjectCommand({
    Bucket: world.settings.bucket,
    Key: keyOfLarge(place),
    ResponseContentDisposition: 'attachment; filename="output.json"',
  })
  return await world.signUrl(command, { seconds, at: world.clock.now() })
}
