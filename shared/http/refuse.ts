import { Fault, isFault } from '../faults.ts'
import type { HttpRequest, HttpResponse, Under } from './exchange.ts'
import { rateHeaders } from './rate.ts'

/** An answer in the words of the face; a bug leaves as a bare 500. */
export function refuse({ world, request, requestId, words }: Under, error: unknown): HttpResponse {
  const fault = isFault(error) ? error : bug(world.log, error)
  const { baseUrl } = world.settings
  const {
    status,
    contentType,
    body,
    headers = {},
  } = words(fault, {
    requestId,
    path: request.path,
    accept: request.headers.accept,
    baseUrl,
  })
  const { allow, retryAfterSeconds } = fault.details
  return {
    status,
    body: JSON.stringify(body),
    headers: {
      'content-type': contentType,
      ...(typeof allow === 'string' ? { allow } : {}),
      ...spentRate(fault),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      ...(status === 401 ? { 'www-authenticate': challenge(request) } : {}),
      ...headers,
    },
  }
}

/** The limit that refused may be another than the one that every request counts for. */
function spentRate({ code, details: { limit, retryAfterSeconds } }: Fault): Record<string, string> {
  if (code !== 'rate_limited' || limit === undefined || retryAfterSeconds === undefined) return {}
  return rateHeaders({ limit: Number(limit), remaining: 0, resetSeconds: retryAfterSeconds })
}

/** A bug is logged once, under the request's id; the caller learns no more than that. */
function bug(log: Under['world']['log'], error: unknown): Fault {
  const { name = 'Error', message = String(error), stack } = error as Partial<Error>
  log.error('A request failed', { error: name, message, stack })
  return new Fault('internal_error', 'Something went wrong here', {}, error)
}

function challenge({ headers }: HttpRequest): string {
  return `Bearer realm="sluice"${headers.authorization === undefined ? '' : ', error="invalid_token"'}`
}
