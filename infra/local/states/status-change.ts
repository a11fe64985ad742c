import { randomUUID } from 'node:crypto'
import { account, region } from './arns.ts'
import type { Execution, ExecutionStatus } from './run/execution.ts'

/** EventBridge's event for a change of an execution's status, as `settled` gets it. */
export interface StatusChange {
  version: '0'
  id: string
  'detail-type': 'Step Functions Execution Status Change'
  source: 'aws.states'
  account: string
  time: string
  region: string
  resources: string[]
  detail: {
    executionArn: string
    stateMachineArn: string
    name: string
    status: ExecutionStatus
    startDate: number
    stopDate: number | null
    input: string | null
    inputDetails: { included: boolean } | null
    output: string | null
    outputDetails: { included: boolean } | null
    error: string | null
    cause: string | null
  }
}

/** Input and output that are larger together are left out of the event. */
const dataLimit = 248 * 1024

/** The event for an execution that has ended. */
export function statusChange(execution: Execution): StatusChange {
  const { arn, machineArn, name, status, startedAt, end, input } = execution
  const output = end?.output ?? null
  const included = Buffer.byteLength(input) + Buffer.byteLength(output ?? '') <= dataLimit
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account,
    time: new Date(end?.at ?? startedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: region(),
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn: machineArn,
      name,
      status,
      startDate: startedAt,
      stopDate: end?.at ?? null,
      input: included ? input : null,
      inputDetails: { included },
      output: included ? output : null,
      outputDetails: output === null ? null : { included },
      error: end?.error ?? null,
      cause: end?.cause ?? null,
    },
  }
}
