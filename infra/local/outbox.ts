import type { IncomingHttpHeaders } from 'node:http'
import type { LocalMail } from './mail/open.ts'

const mostListed = 100

/** What the local account shows besides the product. */
export interface Beside {
  status: number
  body: unknown
}

/**
 * `GET /local/mail`: what was sent, newest first. It may hold codes and links, so only a program of this machine is
 * answered, and none that a web page could be (hardening.md rule 17).
 *
 * @returns null for every other path.
 */
export function showOutbox(
  mail: LocalMail,
  { method, path, headers }: { method: string; path: string; headers: IncomingHttpHeaders },
): Beside | null {
  if (path !== '/local/mail') return null
  const local = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '')
  const site = headers['sec-fetch-site']
  if (!local || headers.origin !== undefined || (site !== undefined && site !== 'none'))
    return { status: 403, body: { message: 'Web pages may not read the outbox' } }
  if (method !== 'GET') return { status: 405, body: { message: 'The outbox is only read' } }
  return { status: 200, body: { data: mail.list(mostListed) } }
}
