import { asked, type ObjectCall, type ObjectReply } from './object-call.ts'
import type { ObjectRow } from './object-rows.ts'
import type { ObjectStore } from './object-store.ts'
import { ObjectRefusal } from './refuse.ts'
import { element, prologue } from './xml.ts'

const mostKeys = 1000
/** Behind every key that begins with a prefix. */
const last = '\u{10ffff}'

/** ListObjectsV2: keys in the order of their bytes; with a delimiter, what lies deeper as one prefix each. */
export function listObjects(store: ObjectStore, call: ObjectCall, bucket: string): ObjectReply {
  const prefix = asked(call, 'prefix') ?? ''
  const delimiter = asked(call, 'delimiter') ?? ''
  const encode = encoder(asked(call, 'encoding-type'))
  const token = asked(call, 'continuation-token')
  const startAfter = asked(call, 'start-after')
  const atMost = pageSize(asked(call, 'max-keys'))
  const after = token === undefined ? (startAfter ?? '') : Buffer.from(token, 'base64url').toString()
  const { objects, prefixes, next } = page(store, bucket, { prefix, delimiter, after, atMost })
  const content = [
    element('Name', bucket),
    element('Prefix', encode(prefix)),
    ...(delimiter === '' ? [] : [element('Delimiter', encode(delimiter))]),
    ...(asked(call, 'encoding-type') === undefined ? [] : [element('EncodingType', 'url')]),
    ...(token === undefined ? [] : [element('ContinuationToken', token)]),
    ...(startAfter === undefined ? [] : [element('StartAfter', encode(startAfter))]),
    element('KeyCount', objects.length + prefixes.length),
    element('MaxKeys', atMost),
    element('IsTruncated', next !== null),
    ...(next === null ? [] : [element('NextContinuationToken', Buffer.from(next).toString('base64url'))]),
    ...objects.map((row) => element('Contents', contents(row, encode))),
    ...prefixes.map((text) => element('CommonPrefixes', [element('Prefix', encode(text))])),
  ]
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: prologue + element('ListBucketResult', content),
  }
}

function encoder(type: string | undefined): (text: string) => string {
  if (type === undefined) return (text) => text
  if (type === 'url') return (text) => encodeURIComponent(text).replaceAll('%2F', '/')
  throw new ObjectRefusal('InvalidArgument', 'Invalid Encoding Method specified in Request')
}

function pageSize(text = String(mostKeys)): number {
  const size = Number(text)
  if (!/^\d{1,9}$/.test(text))
    throw new ObjectRefusal('InvalidArgument', 'Provided max-keys not an integer or within integer range')
  return Math.min(size, mostKeys)
}

function contents({ key, modified, etag, size }: ObjectRow, encode: (text: string) => string): string[] {
  return [
    element('Key', encode(key)),
    element('LastModified', new Date(modified).toISOString()),
    element('ETag', `"${etag}"`),
    element('Size', size),
    element('StorageClass', 'STANDARD'),
  ]
}

interface Asked {
  prefix: string
  delimiter: string
  after: string
  atMost: number
}

/** @returns `next` = the key or prefix that the page ends with, if more follow. */
function page({ rows }: ObjectStore, bucket: string, { prefix, delimiter, after, atMost }: Asked) {
  const objects: ObjectRow[] = []
  const prefixes: string[] = []
  let at = after
  // A page that ended with a prefix goes on behind everything that begins with it.
  if (delimiter !== '' && at.endsWith(delimiter) && at.startsWith(prefix)) at += last
  for (let end = after; atMost > 0; ) {
    const [row] = rows.list(bucket, prefix, at, 1)
    if (row === undefined) return { objects, prefixes, next: null }
    if (objects.length + prefixes.length === atMost) return { objects, prefixes, next: end }
    const cut = delimiter === '' ? -1 : row.key.indexOf(delimiter, prefix.length)
    if (cut < 0) {
      objects.push(row)
      at = end = row.key
    } else {
      end = row.key.slice(0, cut + delimiter.length)
      prefixes.push(end)
      at = end + last
    }
  }
  return { objects, prefixes, next: null }
}
