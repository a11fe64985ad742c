import type { Fault } from '../../faults.ts'
import { type Printed, publicCode, type Words } from '../../http/words.ts'
import { runHeaders } from '../../http/write.ts'

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
    ...aboutRun(fault),
  }
}

function detailsOf({ code, details }: Fault): Record<string, unknown> | undefined {
  if (code === 'internal_error') return undefined
  const { allow: _, flowVersion: __, waits, ...shown } = details
  const printed = {
    ...shown,
    // This face names a wait by its executionId.
    ...(Array.isArray(waits) ? { executionIds: waits.map(({ id }: { id: string }) => id) } : {}),
  }
  return Object.keys(printed).length > 0 ? printed : undefined
}

/** A refusal that tells of a failed run is about that run. */
function aboutRun({ code, details }: Fault): Pick<Printed, 'headers'> {
  if (code !== 'run_failed') return {}
  const { appRunId, runStatus, flowVersion } = details
  const version = typeof flowVersion === 'number' ? flowVersion : null
  return { headers: runHeaders({ id: String(appRunId), status: String(runStatus), version }) }
}
