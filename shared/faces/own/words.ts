import type { Issue } from '../../faults.ts'
import { isRetryable, publicCode, type Words } from '../../http/words.ts'
import { problemTitles } from './problem-titles.ts'

/** How Sluice's own routes print refusals: problem documents (RFC 9457). */
export const ownWords: Words = (fault, { requestId, path, baseUrl }) => {
  const code = publicCode(fault.code)
  const bug = code === 'internal_error'
  const { issues, allow: _, ...members } = bug ? {} : fault.details
  return {
    status: fault.status,
    contentType: 'application/problem+json',
    body: {
      type: `${baseUrl}/problems/${code}`,
      title: problemTitles[code],
      status: fault.status,
      ...(bug ? {} : { detail: fault.message }),
      instance: path,
      code,
      requestId,
      retryable: isRetryable(fault),
      ...(issues ? { errors: issues.map(printed) } : {}),
      ...members,
    },
  }
}

/** Places in the body are pointers; a place in the query is `?name`, one in a header its name. */
function printed({ path, code, message, ...more }: Issue): Record<string, unknown> {
  return { pointer: path.startsWith('/') || path === '' ? `#${path}` : path, code, detail: message, ...more }
}
