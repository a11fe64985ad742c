import type { EventBridgeEvent } from 'aws-lambda'
import { type ExecutionDetail, settleExecution } from '../shared/core/settle.ts'
import { door, onLambda } from './door.ts'

type Ended = EventBridgeEvent<'Step Functions Execution Status Change', ExecutionDetail>

/** An execution ended, perhaps without its last state. */
export const open = door((world, { detail }: Ended) => settleExecution(world, detail))
export const handler = onLambda(open)
