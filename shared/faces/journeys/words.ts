import { errorMessage } from '../../core/journeys/messages.ts'
import type { JourneyDetails } from '../../core/journeys/refusals.ts'
import type { Fault } from '../../faults.ts'
import type { Words } from '../../http/words.ts'

/** What a refusal is called here. */
interface Called {
  status: number
  code: string
  message: string
}

const byReason: Record<JourneyDetails['reason'], Called> = {
  flow_id: { status: 400, code: 'FE-60001', message: 'Invalid or expired flow id.' },
  body: { status: 400, code: 'FE-60007', message: 'Error while processing the request.' },
  inputs: { status: 400, code: 'FE-60008', message: 'Invalid user inputs.' },
  action: { status: 400, code: 'FE-60009', message: 'Invalid action id.' },
  flow_type: { status: 400, code: 'FE-60103', message: 'Invalid flow type.' },
  flow_disabled: { status: 400, code: 'FE-60104', message: 'Flow is disabled.' },
  flow_failed: { status: 400, code: 'FE-', message: '' },
  flow_error: { status: 500, code: 'FE-65013', message: 'Error while executing the flow.' },
}

/** How seed 000 prints refusals (faces/journeys.md §8): text for people, and messages that a page may draw. */
export const journeysWords: Words = (fault) => {
  const details = fault.details as Partial<JourneyDetails> & { current?: unknown }
  const { status, code, message } = calledOf(fault, details)
  const description = code === 'SL-50000' ? message : fault.message || message
  const {
    flowType = null,
    messages = [errorMessage(description, keyOf(details))],
    actions,
    current,
  } = details
  return {
    status,
    contentType: 'application/json',
    body: {
      ...{ code, message, description, flowType, messages },
      ...(actions === undefined ? {} : { actions }),
      ...(current === undefined ? {} : { current }),
    },
  }
}

function calledOf(fault: Fault, { reason, failure }: Partial<JourneyDetails>): Called {
  if (failure !== undefined) {
    const code = failure.code.includes('-') ? failure.code : `FE-${failure.code}`
    return { status: 400, code, message: failure.message || 'The flow has ended.' }
  }
  const called = reason === undefined ? undefined : byReason[reason]
  return called ?? byCode(fault)
}

/** What is refused before anybody knows of a journey; the seed has one code for all that is wrong with a request. */
function byCode({ code, status }: Fault): Called {
  if (code === 'internal_error')
    return { status: 500, code: 'SL-50000', message: 'Something went wrong here.' }
  if (status === 429) return { status, code: 'SL-42900', message: 'Too many requests.' }
  if (status === 503 || code === 'idempotency_in_progress')
    return { status: 503, code: 'SL-50300', message: 'The service is busy.' }
  return { ...byReason.body, status: [404, 405, 408, 413, 415].includes(status) ? status : 400 }
}

function keyOf({ reason }: Partial<JourneyDetails>): string {
  return reason ?? 'bad_request'
}
