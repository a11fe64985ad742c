import { asked, type ObjectCall, type ObjectReply } from './object-call.ts'
import type { ObjectRow } from './object-rows.ts'
import type { ObjectStore } from './object-store.ts'
import { ObjectRefusal } from './refuse.ts'

/** Headers that a signed URL may set on the answer. */
const overridable = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]

/** GetObject and HeadObject, whole or one range of it. */
export function getObject(
  store: ObjectStore,
  call: ObjectCall,
  { bucket, key }: { bucket: string; key: string },
): ObjectReply {
  const row = store.rows.get(bucket, key)
  if (row === null) throw new ObjectRefusal('NoSuchKey', 'The specified key does not exist.', { Key: key })
  const range = rangeOf(call.headers.range, row.size)
  const { start, end } = range ?? { start: 0, end: row.size - 1 }
  return {
    status: range ? 206 : 200,
    headers: {
      ...headersOf(row),
      ...overridesOf(call),
      'content-length': String(end - start + 1),
      ...(range ? { 'content-range': `bytes ${start}-${end}/${row.size}` } : {}),
    },
    body: call.method === 'HEAD' || row.size === 0 ? null : store.blobs.read(row.blob, start, end),
  }
}

function headersOf({ etag, modified, headers }: ObjectRow): Record<string, string> {
  return {
    'content-type': 'application/octet-stream',
    ...(JSON.parse(headers) as Record<string, string>),
    etag: `"${etag}"`,
    'last-modified': new Date(modified).toUTCString(),
    'accept-ranges': 'bytes',
  }
}

function overridesOf(call: ObjectCall): Record<string, string> {
  return Object.fromEntries(
    overridable.flatMap((name) => {
      const value = asked(call, `response-${name}`)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** A range that cannot be read is ignored, as HTTP wants it; one that lies outside is refused. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | null {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (from === '' && to === '') return null
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (from !== '' && to !== '' && Number(to) < start) return null
  if (start >= size || (from === '' && Number(to) === 0))
    throw new ObjectRefusal('InvalidRange', 'The requested range is not satisfiable', {
      RangeRequested: header!,
      ActualObjectSize: String(size),
    })
  return { start, end }
}
