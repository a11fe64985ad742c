import type { Standing } from '../core/tally.ts'
import type { World } from '../world.ts'
import type { Route } from './route.ts'
import type { Words } from './words.ts'

/** A request as a door hands it on. */
export interface HttpRequest {
  method: string
  /** The raw path, not decoded. */
  path: string
  /** Everything behind `?`, raw. */
  query: string
  /** Names in lower case; what came twice is joined by a comma. */
  headers: Record<string, string>
  /** Bytes as they came; empty if there was no body. */
  body: Uint8Array
  /** The caller's address, as the gateway knows it. */
  address: string
  /** Time that the function has left, in milliseconds. */
  remainingMs: number
}

/** An answer as a door hands it back. */
export interface HttpResponse {
  status: number
  headers: Record<string, string>
  /** Text; empty for none. */
  body: string
}

/** A request under way: what is known of it before anything else. */
export interface Under {
  world: World
  request: HttpRequest
  /** `req_` and a ULID. */
  requestId: string
  /** In which words a refusal goes out. */
  words: Words
  /** How many requests the caller has left; known once the request is counted. */
  standing?: Standing
  /** Every route there is. */
  table(): Promise<readonly Route[]>
}
