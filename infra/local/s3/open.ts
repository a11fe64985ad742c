import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Log } from '../../../shared/world.ts'
import { CannotStart } from '../data-folder.ts'
import { openBlobs } from './blobs.ts'
import { corsHeaders, preflight } from './cors.ts'
import { deleteObject, deleteObjects } from './delete-objects.ts'
import { getObject } from './get-object.ts'
import { listObjects } from './list-objects.ts'
import { asked, type ObjectCall, type ObjectReply } from './object-call.ts'
import { openObjectRows } from './object-rows.ts'
import type { ObjectStore } from './object-store.ts'
import { putObject } from './put-object.ts'
import { ObjectRefusal, refusalReply } from './refuse.ts'
import { type Credentials, verify } from './signature.ts'

export interface S3Options {
  dir: string
  clock: Clock
  log: Log
  /** Names of the buckets there are. */
  buckets: string[]
  /** Whose signatures open something. */
  credentials: Credentials
  /** Largest object. @default 5 GiB, as S3 takes in one PutObject */
  maxBytes?: number
}

/** The S3 endpoint of the local account (aws.md 6.1): path style below `/s3`. */
export interface LocalS3 {
  readonly credentials: Credentials
  /** Answers one call; never throws. */
  handle(call: ObjectCall): Promise<ObjectReply>
  close(): void
}

/** Everything of the endpoint lies below this path, so that it may share an address with the service. */
export const s3Path = '/s3'
const fiveGibibytes = 5 * 1024 ** 3

/**
 * Opens the objects of the folder. They are answered for when they are on disk; what a stop has cut short is gone.
 *
 * @throws {CannotStart} when the folder cannot be used.
 */
export function openS3({
  dir,
  clock,
  log,
  buckets,
  credentials,
  maxBytes = fiveGibibytes,
}: S3Options): LocalS3 {
  const store = openStore(join(dir, 'blobs'), { clock, maxBytes })
  return {
    credentials,
    close: () => store.rows.close(),
    async handle(call) {
      try {
        const reply = await answer(store, call, buckets, credentials)
        return { ...reply, headers: { ...reply.headers, ...corsHeaders(call) } }
      } catch (error) {
        const refusal = refusalOf(error, call, log)
        if (refusal.code === 'NotImplemented') log.warn(`S3: ${call.method} ${call.path}: ${refusal.message}`)
        const reply = refusalReply(call.method, call.path, refusal)
        return { ...reply, headers: { ...reply.headers, ...corsHeaders(call) } }
      }
    },
  }
}

function openStore(dir: string, more: Pick<ObjectStore, 'clock' | 'maxBytes'>): ObjectStore {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    const rows = openObjectRows(dir)
    return { rows, blobs: openBlobs(join(dir, 'data'), rows.blobs()), ...more }
  } catch (error) {
    throw new CannotStart(`The objects in ${dir} cannot be opened: ${(error as Error).message}`)
  }
}

function refusalOf(error: unknown, { method, path }: ObjectCall, log: Log): ObjectRefusal {
  if (error instanceof ObjectRefusal) return error
  if ((error as { code?: unknown }).code === 'ECONNRESET')
    return new ObjectRefusal('IncompleteBody', 'The connection ended before the body did')
  log.error('An S3 call failed', { method, path, error: (error as Error).message })
  return new ObjectRefusal('InternalError', 'We encountered an internal error. Please try again.')
}

async function answer(
  store: ObjectStore,
  call: ObjectCall,
  buckets: string[],
  credentials: Credentials,
): Promise<ObjectReply> {
  const place = placeOf(call.path)
  if (call.method === 'OPTIONS') return preflight(call)
  const { sha256 } = call.trusted ? {} : verify(call, credentials, store.clock.now())
  if (!buckets.includes(place.bucket))
    throw new ObjectRefusal('NoSuchBucket', 'The specified bucket does not exist', {
      BucketName: place.bucket,
    })
  refuseUnserved(call, place.key === '' ? ofBucket : ofObject)
  if (place.key === '') {
    if (call.method === 'GET' && asked(call, 'list-type') === '2')
      return listObjects(store, call, place.bucket)
    if (call.method === 'POST' && asked(call, 'delete') !== undefined)
      return await deleteObjects(store, call, place.bucket, sha256)
  } else {
    if (call.method === 'GET' || call.method === 'HEAD') return getObject(store, call, place)
    if (call.method === 'PUT') return await putObject(store, call, place, sha256)
    if (call.method === 'DELETE') return await deleteObject(store, place)
  }
  throw new ObjectRefusal(
    'NotImplemented',
    `${call.method} of a ${place.key === '' ? 'bucket' : 'key'} is not served here`,
  )
}

/** @throws {ObjectRefusal} `InvalidArgument` for a path that is no text. */
function placeOf(path: string): { bucket: string; key: string } {
  try {
    const [bucket = '', ...key] = path.slice(s3Path.length + 1).split('/')
    return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key.join('/')) }
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    throw new ObjectRefusal('InvalidArgument', "Couldn't parse the specified URI.")
  }
}

const anywhere =
  /^(x-id|x-amz-(algorithm|credential|date|expires|signedheaders|signature|content-sha256|checksum-\w+|sdk-checksum-algorithm))$/i
const ofObject =
  /^response-(cache-control|content-disposition|content-encoding|content-language|content-type|expires)$/
const ofBucket =
  /^(list-type|prefix|delimiter|max-keys|continuation-token|start-after|encoding-type|fetch-owner|delete)$/

/** A word of the query that is not known asks for another operation, e.g. `uploads` or `acl`. */
function refuseUnserved({ method, query }: ObjectCall, known: RegExp): void {
  const strange = query.find(([name]) => !anywhere.test(name) && !known.test(name))
  if (strange) throw new ObjectRefusal('NotImplemented', `${method} with ${strange[0]} is not served here`)
}
