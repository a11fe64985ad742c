import type { Under } from './exchange.ts'

/** Headers of every answer (conventions.md §3). */
export function commonHeaders({ world, request, requestId }: Under): Record<string, string> {
  const theirs = theirRequestId(request.headers)
  return {
    'request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(world.settings.baseUrl.startsWith('https:')
      ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
      : {}),
    ...(theirs === undefined ? {} : { 'x-request-id': theirs }),
  }
}

/** The caller's own id for the request; any text of another form is dropped. */
export function theirRequestId(headers: Record<string, string>): string | undefined {
  const theirs = headers['x-request-id']
  return theirs !== undefined && /^[A-Za-z0-9._-]{1,128}$/.test(theirs) ? theirs : undefined
}
