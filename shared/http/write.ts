import { isKnown } from './etag.ts'
import type { HttpRequest, HttpResponse } from './exchange.ts'
import type { AboutRun, Reply } from './route.ts'

/** The reply as it goes out; a read that the caller has already is 304. */
export function write(request: HttpRequest, reply: Reply, more: Record<string, string>): HttpResponse {
  const { status = 200, body, text, etag, location, next, run, replayed } = reply
  const reads = request.method === 'GET' || request.method === 'HEAD'
  const known = reads && status === 200 && isKnown(request.headers['if-none-match'], etag)
  const empty = known || (body === undefined && text === undefined)
  return {
    status: known ? 304 : status,
    body: empty ? '' : (text?.content ?? JSON.stringify(body)),
    headers: {
      ...(empty ? {} : { 'content-type': text?.contentType ?? 'application/json' }),
      ...more,
      ...(etag === undefined ? {} : { etag }),
      ...(location === undefined ? {} : { location }),
      ...(next ? { link: linkTo(request, next) } : {}),
      ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
      ...(run === undefined ? {} : runHeaders(run)),
      ...reply.headers,
    },
  }
}

/** What every answer about one run tells of it. */
export function runHeaders({ id, status, version }: AboutRun): Record<string, string> {
  return {
    'sluice-run-id': id,
    'sluice-run-status': status,
    ...(version === null ? {} : { 'sluice-flow-version': String(version) }),
  }
}

/** The next page has the filters of this one: without them its cursor would not open. */
function linkTo({ path, query }: HttpRequest, cursor: string): string {
  const parameters = new URLSearchParams(query)
  for (const name of ['page', 'offset']) parameters.delete(name)
  parameters.set('cursor', cursor)
  return `<${path}?${parameters}>; rel="next"`
}
