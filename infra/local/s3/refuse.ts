import type { ObjectReply } from './object-call.ts'
import { element, prologue } from './xml.ts'

/** A refusal in S3's words. */
export class ObjectRefusal extends Error {
  readonly code: string
  readonly status: number
  readonly members: Record<string, string>

  constructor(code: ObjectCode, message: string, members: Record<string, string> = {}) {
    super(message)
    this.code = code
    this.status = statuses[code]
    this.members = members
  }
}

const statuses = {
  AccessDenied: 403,
  AccessForbidden: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  EntityTooLarge: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidDigest: 400,
  InvalidRange: 416,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NotImplemented: 501,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
}

/** The refusals that this endpoint knows. */
export type ObjectCode = keyof typeof statuses

/** The refusal as it goes out: XML, from which the SDK makes its typed errors. HEAD has no body. */
export function refusalReply(
  method: string,
  path: string,
  { code, message, status, members }: ObjectRefusal,
): ObjectReply {
  const about = Object.entries({ Code: code, Message: message, ...members, Resource: path })
  const body = `${prologue}${element(
    'Error',
    about.map(([name, text]) => element(name, text)),
  )}`
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: method === 'HEAD' ? null : body,
  }
}
