import { errorMessage } from '../../core/journeys/messages.ts'
import { journeyFault } from '../../core/journeys/refusals.ts'
import { isFault } from '../../faults.ts'
import type { RawBody } from '../../http/raw-body.ts'
import type { Json, JsonObject } from '../../world.ts'

/** A request of a client (faces/journeys.md §2). */
export interface JourneyRequest {
  /** null = start. */
  flowId: string | null
  flowType: string | null
  /** null = none was chosen. */
  actionId: string | null
  /** `inputs` over `params`, member by member; null = neither was sent. */
  inputs: JsonObject | null
  applicationId: string | null
}

const longestApplicationId = 200

/** @throws {Fault} `invalid_request` reason `body`; `payload_too_large` and the like as the body has them. */
export function readRequest(body: RawBody): JourneyRequest {
  const read = readBody(body)
  if (read === null) throw badBody('The body is empty: send a JSON object')
  if (typeof read !== 'object' || Array.isArray(read)) throw badBody('The body must be a JSON object')
  const { params, inputs } = { params: objectIn(read, 'params'), inputs: objectIn(read, 'inputs') }
  return {
    flowId: wordIn(read, 'flowId'),
    // What a start says of its type is judged there.
    flowType: typeof read.flowType === 'string' ? read.flowType : null,
    actionId: wordIn(read, 'actionId') ?? wordIn(read, 'action'),
    inputs: params === null && inputs === null ? null : { ...params, ...inputs },
    applicationId: applicationIn(read),
  }
}

function readBody(body: RawBody): Json {
  try {
    return body.read()
  } catch (error) {
    if (isFault(error, 'invalid_request') || isFault(error, 'validation_failed')) throw badBody(error.message)
    throw error
  }
}

/** Text that is not blank; null for what was left out. */
function wordIn(body: JsonObject, name: string): string | null {
  const value = body[name]
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') throw badBody(`${name} must be text`)
  return value.trim() === '' ? null : value
}

/** It is kept with the run, unlike all that is only compared. */
function applicationIn(body: JsonObject): string | null {
  const applicationId = wordIn(body, 'applicationId')
  if (applicationId !== null && applicationId.length > longestApplicationId)
    throw badBody(`applicationId must have at most ${longestApplicationId} characters`)
  return applicationId
}

function objectIn(body: JsonObject, name: string): JsonObject | null {
  const value = body[name]
  if (value === undefined || value === null) return null
  if (typeof value === 'object' && !Array.isArray(value)) return value
  throw badBody(`${name} must be an object`)
}

function badBody(message: string) {
  return journeyFault(message, { reason: 'body', messages: [errorMessage(message, 'bad_request')] })
}
