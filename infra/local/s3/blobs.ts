import { createHash, type Hash, randomUUID } from 'node:crypto'
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { ObjectRefusal } from './refuse.ts'

/** Bytes that have arrived: on disk, under a name that nothing knows yet. */
export interface Arrived {
  blob: string
  size: number
  /** Digests in base64, by the name that S3 gives them. */
  digests: { md5: string; sha256: string; sha1: string; crc32: string }
}

/** The files in which objects keep their bytes. Each is written once, under a random name. */
export interface Blobs {
  /** @throws {ObjectRefusal} `EntityTooLarge`; what the body throws. Nothing is left behind then. */
  write(body: AsyncIterable<Uint8Array>, atMost: number): Promise<Arrived>
  /** Bytes from `start` to `end`, both included. */
  read(blob: string, start: number, end: number): Readable
  remove(blob: string): Promise<void>
}

/** Opens the folder; what no object has, since a write ended before its time, is removed. */
export function openBlobs(dir: string, known: Set<string>): Blobs {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(dir)) if (!known.has(name)) rmSync(join(dir, name), { force: true })
  return {
    async write(body, atMost) {
      const blob = randomUUID()
      const part = join(dir, `${blob}.part`)
      try {
        const arrived = await store(part, body, atMost)
        await rename(part, join(dir, blob))
        await syncFolder(dir)
        return { blob, ...arrived }
      } catch (error) {
        await rm(part, { force: true })
        throw error
      }
    },
    read: (blob, start, end) => createReadStream(join(dir, blob), { start, end }),
    remove: (blob) => rm(join(dir, blob), { force: true }),
  }
}

async function store(path: string, body: AsyncIterable<Uint8Array>, atMost: number) {
  const hashes: Record<'md5' | 'sha256' | 'sha1', Hash> = {
    md5: createHash('md5'),
    sha256: createHash('sha256'),
    sha1: createHash('sha1'),
  }
  let sum = 0
  let size = 0
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of body) {
      size += chunk.byteLength
      if (size > atMost)
        throw new ObjectRefusal('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
          MaxSizeAllowed: String(atMost),
        })
      for (const hash of Object.values(hashes)) hash.update(chunk)
      sum = crc32(chunk, sum)
      await file.writeFile(chunk)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  const crc = Buffer.alloc(4)
  crc.writeUInt32BE(sum)
  const { md5, sha256, sha1 } = hashes
  return {
    size,
    digests: {
      md5: md5.digest('base64'),
      sha256: sha256.digest('base64'),
      sha1: sha1.digest('base64'),
      crc32: crc.toString('base64'),
    },
  }
}

/** A new name is durable only when its folder is. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
