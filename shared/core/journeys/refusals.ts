import { Fault, type Issue } from '../../faults.ts'
import type { StepMessage } from './messages.ts'

/** Why a journey is not started or does not go on; the face finds its code for each (faces/journeys.md §8). */
export type JourneyReason =
  | 'flow_id'
  | 'body'
  | 'inputs'
  | 'action'
  | 'flow_type'
  | 'flow_disabled'
  | 'flow_failed'
  | 'flow_error'

/** What such a refusal carries besides. */
export interface JourneyDetails {
  reason: JourneyReason
  flowType?: string
  messages?: StepMessage[]
  /** The actions that the present step has. */
  actions?: string[]
  /** Of the flow's own end. */
  failure?: { code: string; message: string }
  issues?: Issue[]
}

/** A refusal of a journey. */
export function journeyFault(message: string, details: JourneyDetails): Fault {
  return new Fault('invalid_request', message, { ...details })
}

/** A flowId that opens nothing: one refusal, whatever became of it. */
export function noJourney(): Fault {
  return journeyFault('The flow id is unknown, has expired, or its flow has ended: start anew', {
    reason: 'flow_id',
  })
}

/** Values that cannot be asked for again. */
export function badInputs(messages: StepMessage[], flowType: string): Fault {
  return journeyFault(messages.map(({ message }) => message).join('; '), {
    ...{ reason: 'inputs', messages, flowType },
  })
}
