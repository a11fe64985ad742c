import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { readDelete } from './delete-body.ts'
import type { ObjectCall, ObjectReply } from './object-call.ts'
import type { ObjectStore } from './object-store.ts'
import { checkDigests } from './put-object.ts'
import { ObjectRefusal } from './refuse.ts'
import { element, prologue } from './xml.ts'

const maxBodyBytes = 2 * 1024 * 1024

/** DeleteObject: what is not there is as good as deleted. */
export async function deleteObject(
  { rows, blobs }: ObjectStore,
  { bucket, key }: { bucket: string; key: string },
): Promise<ObjectReply> {
  const row = rows.get(bucket, key)
  rows.delete(bucket, key)
  if (row) await blobs.remove(row.blob)
  return { status: 204, headers: {}, body: null }
}

/** DeleteObjects: up to 1000 keys, named in an XML body. */
export async function deleteObjects(
  store: ObjectStore,
  call: ObjectCall,
  bucket: string,
  sha256: string | undefined,
): Promise<ObjectReply> {
  const body = await whole(call.body)
  checkDigests(call, { digests: digestsOf(body) }, sha256)
  const { keys, quiet } = readDelete(body.toString('utf8'))
  for (const key of keys) await deleteObject(store, { bucket, key })
  const told = quiet ? [] : keys.map((key) => element('Deleted', [element('Key', key)]))
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: prologue + element('DeleteResult', told),
  }
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBodyBytes) throw new ObjectRefusal('MalformedXML', 'The XML you provided is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function digestsOf(body: Buffer) {
  const hash = (name: string) => createHash(name).update(body).digest('base64')
  const crc = Buffer.alloc(4)
  crc.writeUInt32BE(crc32(body))
  return { md5: hash('md5'), sha256: hash('sha256'), sha1: hash('sha1'), crc32: crc.toString('base64') }
}
