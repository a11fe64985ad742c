import type { Arrived } from './blobs.ts'
import { asked, type ObjectCall, type ObjectReply } from './object-call.ts'
import type { ObjectStore } from './object-store.ts'
import { ObjectRefusal } from './refuse.ts'

const maxKeyBytes = 1024
/** Headers that are kept with the object and given back with it. */
const kept = new Set([
  'content-type',
  'content-disposition',
  'content-encoding',
  'content-language',
  'cache-control',
  'expires',
])
/** Headers that ask for what is not served here. */
const unserved =
  /^(x-amz-(acl|copy-source|grant-|object-lock-|server-side-encryption|storage-class|tagging|website-|write-offset-|checksum-(crc32c|crc64nvme|type))|if-)/

/** PutObject: whole or not at all, and on disk when it is answered. */
export async function putObject(
  store: ObjectStore,
  call: ObjectCall,
  { bucket, key }: { bucket: string; key: string },
  sha256: string | undefined,
): Promise<ObjectReply> {
  const strange = Object.keys(call.headers).find((name) => unserved.test(name))
  if (strange !== undefined || call.headers['content-encoding']?.includes('aws-chunked'))
    throw new ObjectRefusal('NotImplemented', `PutObject with ${strange ?? 'aws-chunked'} is not served here`)
  if (Buffer.byteLength(key) > maxKeyBytes)
    throw new ObjectRefusal('KeyTooLongError', 'Your key is too long', {
      MaxSizeAllowed: String(maxKeyBytes),
    })
  const length = call.headers['content-length']
  if (!call.trusted && (length === undefined || !/^\d+$/.test(length)))
    throw new ObjectRefusal('MissingContentLength', 'You must provide the Content-Length HTTP header.')
  // Refused before a byte is read.
  if (Number(length) > store.maxBytes)
    throw new ObjectRefusal('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      MaxSizeAllowed: String(store.maxBytes),
    })
  const arrived = await store.blobs.write(call.body, store.maxBytes)
  try {
    checkDigests(call, arrived, sha256)
    if (!call.trusted && arrived.size !== Number(length))
      throw new ObjectRefusal('IncompleteBody', 'The body is not as long as Content-Length says')
  } catch (error) {
    await store.blobs.remove(arrived.blob)
    throw error
  }
  const etag = Buffer.from(arrived.digests.md5, 'base64').toString('hex')
  const before = store.rows.get(bucket, key)
  store.rows.put({
    ...{ bucket, key, blob: arrived.blob, size: arrived.size, etag },
    modified: store.clock.now(),
    headers: JSON.stringify(keptHeaders(call)),
  })
  if (before) await store.blobs.remove(before.blob)
  return { status: 200, headers: { etag: `"${etag}"` }, body: null }
}

function keptHeaders({ headers }: ObjectCall): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => kept.has(name) || name.startsWith('x-amz-meta-')),
  )
}

/** @throws {ObjectRefusal} `InvalidDigest`, `BadDigest`, `XAmzContentSHA256Mismatch`. */
export function checkDigests(call: ObjectCall, { digests }: Pick<Arrived, 'digests'>, sha256?: string): void {
  const md5 = call.headers['content-md5']
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16)
    throw new ObjectRefusal('InvalidDigest', 'The Content-MD5 you specified was invalid.')
  if (md5 !== undefined && md5 !== digests.md5)
    throw new ObjectRefusal('BadDigest', 'The Content-MD5 you specified did not match what we received.')
  for (const name of ['sha256', 'sha1', 'crc32'] as const) {
    // A signed URL may carry it in its query.
    const given = call.headers[`x-amz-checksum-${name}`] ?? asked(call, `x-amz-checksum-${name}`)
    if (given !== undefined && given !== digests[name])
      throw new ObjectRefusal(
        'BadDigest',
        `The ${name.toUpperCase()} you specified did not match the calculated checksum.`,
      )
  }
  if (sha256 !== undefined && sha256 !== Buffer.from(digests.sha256, 'base64').toString('hex'))
    throw new ObjectRefusal(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
}
