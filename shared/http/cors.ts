import type { Settings } from '../world.ts'
import type { HttpRequest, HttpResponse } from './exchange.ts'
import { isForAnyPage } from './rights.ts'
import type { Route } from './route.ts'

const allowed = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'prefer',
  'resume-token',
  'sluice-step',
  'traceparent',
  'x-hook-id',
  'x-request-id',
].join(', ')
const exposed = [
  'Request-Id',
  'Location',
  'Retry-After',
  'ETag',
  'Link',
  'Idempotency-Replayed',
  'Preference-Applied',
  'Sluice-Run-Id',
  'Sluice-Run-Status',
  'Sluice-Flow-Version',
  'Sluice-Step',
  'Sluice-Step-Expires',
  'Sluice-Total-Capped',
  'Sluice-Export-Masked',
  'Content-Disposition',
  'X-Total-Count',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
].join(', ')

/** Who may read the answer from a browser: anybody on open routes, listed origins elsewhere (conventions.md §3). */
export function corsHeaders(
  open: boolean,
  { headers }: HttpRequest,
  { corsOrigins }: Settings,
): Record<string, string> {
  const origin = headers.origin
  // Whoever asks: what is kept by something in between is for any page, too.
  if (open) return { 'access-control-allow-origin': '*', 'access-control-expose-headers': exposed }
  if (origin === undefined) return {}
  if (!corsOrigins.includes(origin)) return { vary: 'Origin' }
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed, vary: 'Origin' }
}

/** The answer to a pre-flight of a path that has these routes: for the method that is asked for, else for all of them. */
export function preflight(
  byMethod: ReadonlyMap<string, Route>,
  request: HttpRequest,
  settings: Settings,
): HttpResponse {
  const wanted = request.headers['access-control-request-method'] ?? ''
  const route = byMethod.get(wanted === 'HEAD' ? 'GET' : wanted)
  const methods = methodsOf(byMethod.values())
  return {
    status: 204,
    body: '',
    headers: {
      allow: methods,
      ...corsHeaders((route ? [route] : [...byMethod.values()]).every(isForAnyPage), request, settings),
      'access-control-allow-methods': methods,
      'access-control-allow-headers': allowed,
      'access-control-max-age': '7200',
    },
  }
}

/** Methods of a path as `Allow` lists them. */
export function methodsOf(routes: Iterable<Route>): string {
  return [...routes]
    .flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    .concat('OPTIONS')
    .join(', ')
}
