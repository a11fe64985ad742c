import { bucketShape } from '../../../shared/store/bucket.ts'
import type { ObjectCall, ObjectReply } from './object-call.ts'
import { ObjectRefusal } from './refuse.ts'

const { origins, methods, exposed, maxAgeSeconds } = bucketShape.cors

/** What every answer to a page carries, by the rules of the bucket. */
export function corsHeaders({ headers, method }: ObjectCall): Record<string, string> {
  const { origin } = headers
  if (origin === undefined || !isAllowed(method)) return {}
  return {
    'access-control-allow-origin': origins[0],
    'access-control-allow-methods': methods.join(', '),
    'access-control-expose-headers': exposed.join(', '),
  }
}

/** What a page asks before it calls. @throws {ObjectRefusal} `AccessForbidden` for a method that pages may not use. */
export function preflight({ headers }: ObjectCall): ObjectReply {
  const method = headers['access-control-request-method']
  if (headers.origin === undefined || method === undefined || !isAllowed(method))
    throw new ObjectRefusal('AccessForbidden', 'CORSResponse: This CORS request is not allowed.')
  return {
    status: 200,
    headers: {
      'access-control-allow-origin': origins[0],
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
      'access-control-max-age': String(maxAgeSeconds),
    },
    body: null,
  }
}

function isAllowed(method: string): boolean {
  return (methods as readonly string[]).includes(method)
}
