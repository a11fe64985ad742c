import type { Fault, Issue } from '../../faults.ts'
import { type PublicCode, publicCode, type Words } from '../../http/words.ts'

/** Problems of a query that make it a bad request; all others are members that are missing or do not fit. */
const unreadable = new Set(['unknown_member', 'invalid_type', 'too_far'])

/** What a problem is called, in the words that clients of this family know. */
const types: Partial<Record<string, string>> = {
  required: 'missing',
  input_required: 'missing',
  invalid_type: 'type_error',
}

/** How seed 004 prints refusals (headless-runner-executions.md 3.5). */
export const executionsWords: Words = (fault, { requestId, path }) => {
  const { code, status } = codeOf(fault)
  const details = code === 'internal_error' ? [] : (fault.details.issues ?? []).flatMap(detailOf)
  return {
    status,
    contentType: 'application/json',
    body: {
      ...(status === 422 ? { detail: details } : {}),
      error: { code, message: messageOf(fault, path), details },
      request_id: requestId,
    },
  }
}

function codeOf(fault: Fault): { code: PublicCode; status: number } {
  const { issues = [] } = fault.details
  const unfit =
    fault.code === 'invalid_request' &&
    issues.length > 0 &&
    issues.every(({ path, code }) => path.startsWith('?') && !unreadable.has(code))
  if (unfit) return { code: 'validation_failed', status: 422 }
  return { code: publicCode(fault.code), status: fault.status }
}

/** An id that cannot be one is as unknown as any other. */
function messageOf({ code, message }: Fault, path: string): string {
  if (code === 'internal_error') return 'Something went wrong here'
  if (code !== 'not_found') return message
  if (/^\/api\/flow-executions\/[^/]/.test(path)) return 'Execution not found'
  return path.startsWith('/api/flows/') ? 'Flow or file not found' : message
}

/** Of headers the message tells. */
function detailOf({ path, code, message }: Issue): { loc: (string | number)[]; msg: string; type: string }[] {
  const place = /^([?/])(.*)$/s.exec(path)
  if (path !== '' && place === null) return []
  const names = (place?.[2] ?? '').split('/').filter((name) => name !== '')
  return [
    {
      loc: [place?.[1] === '?' ? 'query' : 'body', ...names.map(memberOf)],
      msg: message,
      type: types[code] ?? 'value_error',
    },
  ]
}

/** A segment of a JSON pointer. */
function memberOf(segment: string): string | number {
  if (/^(0|[1-9]\d{0,8})$/.test(segment)) return Number(segment)
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}
