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

export interface HttpResponse {
  status: number
  headers: Record<string, string>
  /** Text; empty for none. */
  body: string
}
