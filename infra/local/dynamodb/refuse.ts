import type { Reply } from '../endpoint.ts'
import { refusal } from '../endpoint.ts'

const service = 'com.amazonaws.dynamodb.v20120810'
const coral = 'com.amazon.coral'

/** An answer other than 200: the error type as DynamoDB names it, and the members beside its message. */
export class Refused extends Error {
  readonly type: string
  readonly members: Record<string, unknown>

  constructor(type: string, message: string, members: Record<string, unknown> = {}) {
    super(message)
    this.type = type
    this.members = members
  }

  reply(): Reply {
    return refusal(this.type, this.message, 400, this.members)
  }
}

/** What was asked for is malformed or not allowed. */
export function invalid(message: string): Refused {
  return new Refused(`${coral}.validate#ValidationException`, message)
}

/** JSON carried a value of another type than the member has. */
export function unreadable(message: string): Refused {
  return new Refused(`${coral}.service#SerializationException`, message)
}

/** The refusal of an operation that is not served here. */
export function unknownOperation(): Refused {
  return new Refused(`${coral}.service#UnknownOperationException`, '')
}

/** The refusal of a table that does not exist. */
export function noSuchTable(message = 'Requested resource not found'): Refused {
  return new Refused(`${service}#ResourceNotFoundException`, message)
}

/** The refusal to make a table that is there already. */
export function tableInUse(name: string): Refused {
  return new Refused(`${service}#ResourceInUseException`, `Table already exists: ${name}`)
}

/** The condition did not hold; `item` is what stands there, when the caller asked for it. */
export function conditionFailed(item?: unknown): Refused {
  const members = item === undefined ? {} : { Item: item }
  return new Refused(`${service}#ConditionalCheckFailedException`, 'The conditional request failed', members)
}

/** Why one operation of a transaction could not be done; `None` for those that could. */
export interface CancellationReason {
  Code: 'None' | 'ConditionalCheckFailed' | 'ValidationError'
  Message?: string
  Item?: unknown
}

/** The refusal of a transaction, with a reason for each write in their order. */
export function transactionCancelled(reasons: CancellationReason[]): Refused {
  const codes = reasons.map((reason) => reason.Code).join(', ')
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`
  return new Refused(`${service}#TransactionCanceledException`, message, { CancellationReasons: reasons })
}

/** The refusal of a token that came with another transaction before. */
export function otherParameters(): Refused {
  return new Refused(
    `${service}#IdempotentParameterMismatchException`,
    'Request parameters do not match the parameters of an earlier request with the same client token',
  )
}
