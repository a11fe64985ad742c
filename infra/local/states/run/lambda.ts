import type { Json, JsonObject } from '../../../../shared/world.ts'
import type { Outcome } from './execution.ts'
import type { Invoked } from './machinery.ts'
import { jsonBytes, payloadLimit } from './size.ts'
import { dataLimitExceeded, evaluationFailed } from './state-error.ts'

/** Arguments of `lambda:invoke`. */
export interface Call {
  functionName: string
  payload: Json
  /** As they were evaluated. */
  written: JsonObject
}

/** Reads evaluated `Arguments`. */
export function readCall(value: Json): Call {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw evaluationFailed("The field 'Arguments' must be an object", 'Arguments')
  const { FunctionName, Payload = {} } = value
  if (typeof FunctionName !== 'string' || FunctionName === '')
    throw evaluationFailed("The field 'FunctionName' must name a function", 'Arguments/FunctionName')
  if (jsonBytes(value) > payloadLimit) throw dataLimitExceeded('Arguments')
  return { functionName: nameOf(FunctionName), payload: Payload, written: value }
}

/** The plain name in a name, partial ARN or ARN, with or without a version. */
function nameOf(written: string): string {
  const parts = written.split(':')
  const at = parts.indexOf('function')
  return (at >= 0 ? parts[at + 1] : parts[0]) ?? written
}

/** What the task makes of an invocation (aws.md 6.3). */
export function outcomeOf(invoked: Invoked): Outcome {
  if ('payload' in invoked)
    return { result: { ExecutedVersion: '$LATEST', Payload: invoked.payload, StatusCode: 200 } }
  const { errorType, errorMessage, trace = [] } = invoked
  const missing = errorType === 'ResourceNotFoundException' && errorMessage.startsWith('Function not found')
  return {
    error: missing ? `Lambda.${errorType}` : errorType,
    cause: JSON.stringify({ errorType, errorMessage, trace }),
  }
}
