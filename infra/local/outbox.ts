import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LocalMail } from './mail/open.ts'

const mostListed = 100
const path = '/local/mail'

/** True if a request is for the list of mail that was sent. */
export function isForOutbox({ url = '' }: IncomingMessage): boolean {
  return url.split('?')[0] === path
}

/**
 * `GET /local/mail`: what was sent, newest first. It may hold codes and links, so only a program of this machine is
 * answered, and none that a web page could be (hardening.md rule 17).
 */
export async function serveOutbox(
  mail: LocalMail,
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  response: ServerResponse,
): Promise<void> {
  const local = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '')
  const site = headers['sec-fetch-site']
  if (!local || headers.origin !== undefined || (site !== undefined && site !== 'none'))
    return show(response, 403, { message: 'Web pages may not read the outbox' })
  if (method !== 'GET') return show(response, 405, { message: 'The outbox is only read' })
  show(response, 200, { data: mail.list(mostListed) })
}

function show(response: ServerResponse, status: number, body: object): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  response.writeHead(status, { ...headers, 'x-content-type-options': 'nosniff' })
  response.end(JSON.stringify(body))
}
