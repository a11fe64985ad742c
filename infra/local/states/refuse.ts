import { type Reply, refusal } from '../endpoint.ts'

/** Types of the refusals that the endpoint makes; the SDK turns each into a class of that name. */
export type RefusalType =
  | 'ExecutionAlreadyExists'
  | 'ExecutionDoesNotExist'
  | 'InvalidArn'
  | 'InvalidDefinition'
  | 'InvalidExecutionInput'
  | 'InvalidName'
  | 'InvalidOutput'
  | 'InvalidToken'
  | 'ResourceNotFound'
  | 'SerializationException'
  | 'StateMachineAlreadyExists'
  | 'StateMachineDeleting'
  | 'StateMachineDoesNotExist'
  | 'StateMachineTypeNotSupported'
  | 'TaskDoesNotExist'
  | 'TaskTimedOut'
  | 'UnknownOperationException'
  | 'ValidationException'

/** An answer other than 200. */
export class Refused extends Error {
  readonly type: RefusalType

  constructor(type: RefusalType, message: string) {
    super(message)
    this.type = type
  }

  reply(): Reply {
    const prefix = this.type === 'ValidationException' ? 'com.amazon.coral.validate#' : ''
    return refusal(`${prefix}${this.type}`, this.message)
  }
}
