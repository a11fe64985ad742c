import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { asked, type ObjectCall } from './object-call.ts'
import { ObjectRefusal } from './refuse.ts'

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
}

const algorithm = 'AWS4-HMAC-SHA256'
/** Clocks may differ by this. */
const skewMs = 15 * 60_000
const longestSeconds = 604_800

/**
 * Verifies who sent a call (Signature Version 4, in the query or in the Authorization header): the same computation as the
 * service's, so that a URL opens what it was signed for and nothing else.
 *
 * @returns the digest that the body must have, if the signature covers it.
 * @throws {ObjectRefusal} `AccessDenied` (no signature, expired, not yet valid, a header of the service left unsigned),
 *   `SignatureDoesNotMatch`, `InvalidAccessKeyId`, `AuthorizationQueryParametersError`, `AuthorizationHeaderMalformed`.
 */
export function verify(call: ObjectCall, credentials: Credentials, now: number): { sha256?: string } {
  const signed = asked(call, 'X-Amz-Algorithm') === undefined ? fromHeader(call) : fromQuery(call)
  const { scope, date, names, expiresSeconds, signature, payload } = signed
  const [accessKeyId = '', day = '', region = '', service = ''] = scope.split('/')
  if (accessKeyId !== credentials.accessKeyId)
    throw new ObjectRefusal(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
    )
  checkTime(momentOf(date), expiresSeconds, now)
  const unsigned = Object.keys(call.headers).filter((name) => mustBeSigned(name) && !names.includes(name))
  if (unsigned.length > 0 || !names.includes('host'))
    throw new ObjectRefusal(
      'AccessDenied',
      'There were headers present in the request which were not signed',
      {
        HeadersNotSigned: unsigned.join(', ') || 'host',
      },
    )
  const scopeText = `${day}/${region}/${service}/aws4_request`
  const text = [algorithm, date, scopeText, sha256(canonical(call, names, payload))].join('\n')
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (under, part) => hmac(under, part),
    `AWS4${credentials.secretAccessKey}`,
  )
  if (!isSame(hmac(key, text).toString('hex'), signature))
    throw new ObjectRefusal(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    )
  return /^[0-9a-f]{64}$/.test(payload) ? { sha256: payload } : {}
}

interface Signed {
  /** `<key id>/<day>/<region>/s3/aws4_request`. */
  scope: string
  date: string
  names: string[]
  expiresSeconds: number
  signature: string
  payload: string
}

function fromQuery(call: ObjectCall): Signed {
  const read = (name: string) => asked(call, name) ?? malformedQuery()
  const expiresSeconds = Number(read('X-Amz-Expires'))
  const inRange = Number.isInteger(expiresSeconds) && expiresSeconds >= 1 && expiresSeconds <= longestSeconds
  if (read('X-Amz-Algorithm') !== algorithm || !inRange) malformedQuery()
  return {
    scope: read('X-Amz-Credential'),
    date: read('X-Amz-Date'),
    names: read('X-Amz-SignedHeaders').split(';'),
    expiresSeconds,
    signature: read('X-Amz-Signature'),
    payload: asked(call, 'X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  }
}

function malformedQuery(): never {
  throw new ObjectRefusal(
    'AuthorizationQueryParametersError',
    'Query-string authentication needs X-Amz-Algorithm (AWS4-HMAC-SHA256), X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders and X-Amz-Expires (1 to 604800)',
  )
}

const header = /^AWS4-HMAC-SHA256 +Credential=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([0-9a-f]{64})$/

function fromHeader({ headers }: ObjectCall): Signed {
  const { authorization } = headers
  if (authorization === undefined) throw new ObjectRefusal('AccessDenied', 'Access Denied')
  const [, scope, names, signature] = header.exec(authorization) ?? []
  const date = headers['x-amz-date']
  const payload = headers['x-amz-content-sha256']
  if (scope === undefined || date === undefined || payload === undefined)
    throw new ObjectRefusal(
      'AuthorizationHeaderMalformed',
      'The authorization header you provided is invalid, or x-amz-date or x-amz-content-sha256 is missing',
    )
  if (payload.startsWith('STREAMING-'))
    throw new ObjectRefusal('NotImplemented', `A body signed in chunks (${payload}) is not served here`)
  return {
    ...{ scope, date, payload, signature: signature! },
    names: names!.split(';'),
    expiresSeconds: skewMs / 1000,
  }
}

function mustBeSigned(name: string): boolean {
  return name.startsWith('x-amz-') && name !== 'x-amz-content-sha256'
}

/** `20260301T060000Z` as milliseconds since 1970; NaN for any other form. */
function momentOf(date: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function checkTime(at: number, expiresSeconds: number, now: number): void {
  if (Number.isNaN(at)) malformedQuery()
  if (at > now + skewMs) throw new ObjectRefusal('AccessDenied', 'Request is not valid yet')
  if (now >= at + expiresSeconds * 1000) throw new ObjectRefusal('AccessDenied', 'Request has expired')
}

function canonical({ method, path, query, headers }: ObjectCall, names: string[], payload: string): string {
  const segments = path.split('/').map((segment) => encoded(decodeURIComponent(segment)))
  const pairs = query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}`)
  return [method, segments.join('/'), pairs.join('&'), ...lines, '', names.join(';'), payload].join('\n')
}

/** What the signature leaves as it is: letters, digits and `-._~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function isSame(wanted: string, given: string): boolean {
  return wanted.length === given.length && timingSafeEqual(Buffer.from(wanted), Buffer.from(given))
}
