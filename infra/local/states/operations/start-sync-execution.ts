import { Refused } from '../refuse.ts'
import type { Execution } from '../run/execution.ts'
import type { Operation } from '../service.ts'
import { programOf, readStart, startExpress } from './start-execution.ts'
import { findMachine } from './state-machines.ts'

/** Runs an EXPRESS machine and answers at its end, with 200 also if it failed. */
export const startSyncExecution: Operation = async (service, request) => {
  const machine = findMachine(service, request)
  if (machine.type !== 'EXPRESS')
    throw new Refused(
      'StateMachineTypeNotSupported',
      'This operation is not supported by this type of state machine',
    )
  const { name, input } = readStart(request)
  const { ended } = startExpress(service, programOf(service, machine), name, input)
  return answer(await ended)
}

function answer({ arn, machineArn, name, startedAt, status, input, end }: Execution): object {
  const stoppedAt = end?.at ?? startedAt
  const duration = Math.max(100, Math.ceil((stoppedAt - startedAt) / 100) * 100)
  return {
    executionArn: arn,
    stateMachineArn: machineArn,
    name,
    startDate: startedAt / 1000,
    stopDate: stoppedAt / 1000,
    status,
    input,
    inputDetails: { included: true },
    ...(end?.output == null ? {} : { output: end.output, outputDetails: { included: true } }),
    ...(end?.error == null ? {} : { error: end.error }),
    ...(end?.cause == null ? {} : { cause: end.cause }),
    billingDetails: { billedDurationInMilliseconds: duration, billedMemoryUsedInMB: 64 },
  }
}
