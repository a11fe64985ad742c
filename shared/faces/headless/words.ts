import type { Fault, Issue } from '../../faults.ts'
import { publicCode, type Words } from '../../http/words.ts'
import { runHeaders } from '../../http/write.ts'
import { ownWords } from '../own/words.ts'

/** Longest `Error-Detail`, in characters. */
const detailLimit = 500
const idLimit = 64

/**
 * How seed 002 prints refusals (headless-runner-executions.md part 2): one member that never changes, and what was wrong in
 * headers. Who accepts problem documents gets one.
 */
export const headlessWords: Words = (fault, occasion) => {
  const status = statusOf(fault)
  const headers = { ...aboutRun(fault), 'error-code': codeOf(fault), 'error-detail': detailOf(fault) }
  if (/\bapplication\/problem\+json\b/i.test(occasion.accept ?? '')) {
    const problem = ownWords(fault, occasion)
    return { ...problem, status, body: { ...(problem.body as object), status }, headers }
  }
  return {
    status,
    contentType: 'application/json',
    body: { error: `Failed to execute flow ${flowIn(occasion.path)}` },
    headers,
  }
}

/** The seed knows 400 for what does not fit the flow, and 500 for a run that failed. */
function statusOf({ code, status }: Fault): number {
  if (code === 'validation_failed') return 400
  return code === 'run_failed' ? 500 : status
}

/** A failed run's own code, e.g. `CRM_DOWN`. */
function codeOf({ code, details }: Fault): string {
  return code === 'run_failed' && typeof details.code === 'string' ? ascii(details.code) : publicCode(code)
}

function detailOf({ code, message, details }: Fault): string {
  if (code === 'internal_error') return 'Something went wrong here'
  const { issues = [] } = details
  return ascii(issues.length === 0 ? message : issues.map(told).join('; '))
}

/** Sentences about declared fields begin with the field's name; the others are told where they belong. */
function told({ path, message }: Issue): string {
  const field = path.split('/').at(-1) ?? ''
  return message.startsWith(field) ? message : `${field}: ${message}`
}

/** One line that any HTTP client can read. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, detailLimit)
}

/** The flow's id as the caller wrote it. */
function flowIn(path: string): string {
  const written = /^\/cgw\/process\/v1\/orgs\/[^/]*\/flows\/([^/]*)/.exec(path)?.[1] ?? ''
  return written.slice(0, idLimit).replace(/[^A-Za-z0-9_.-]/g, '_')
}

/** With it a 500 means that the flow failed, without it that the service did. */
function aboutRun({ code, details }: Fault): Record<string, string> {
  if (code !== 'run_failed') return {}
  const { appRunId, runStatus, flowVersion } = details
  const version = typeof flowVersion === 'number' ? flowVersion : null
  return runHeaders({ id: String(appRunId), status: String(runStatus), version })
}
