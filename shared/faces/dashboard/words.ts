import type { Fault } from '../../faults.ts'
import { type Printed, publicCode, type Words } from '../../http/words.ts'

/** How seed 001 prints refusals (dashboard.md §2): newer clients read `error`, older ones the top level. */
export const dashboardWords: Words = (fault, { requestId }) => {
  const { status } = fault
  const message = fault.code === 'internal_error' ? 'Internal server error' : fault.message
  const details = detailsOf(fault)
  return {
    status,
    contentType: 'application/json',
    body: {
      error: { code: publicCode(fault.code), message, status, requestId, ...(details ? { details } : {}) },
      message,
      statusCode: status,
    },
    ...runHeaders(fault),
  }
}

function detailsOf({ details }: Fault): Record<string, unknown> | undefined {
  const { allow: _, flowVersion: __, ...shown } = details
  return Object.keys(shown).length > 0 ? shown : undefined
}

/** A refusal that tells of a failed run is about that run. */
function runHeaders({ code, details }: Fault): Pick<Printed, 'headers'> {
  if (code !== 'run_failed') return {}
  return {
    headers: {
      'sluice-run-id': String(details.appRunId),
      'sluice-run-status': String(details.runStatus),
      ...(details.flowVersion === null ? {} : { 'sluice-flow-version': String(details.flowVersion) }),
    },
  }
}
