/** One AWS service of the local account: its protocol and behaviour, without sockets. `wire.ts` puts it on the network. */
export interface Endpoint {
  /** Name as in `AWS_ENDPOINT_URL_<service>`, e.g. `DYNAMODB`, `SFN`. */
  readonly service: string
  /** Answers one call; never throws. */
  handle(call: Call): Promise<Reply>
}

/** A call in one of AWS's JSON protocols. */
export interface Call {
  /** The `X-Amz-Target` header, e.g. `DynamoDB_20120810.GetItem`. */
  target: string
  /** What names the operation in the REST protocols. */
  rest?: { method: string; path: string; query: Record<string, string> }
  /** The body as it came. */
  body: string
}

export interface Reply {
  status: number
  headers: Record<string, string>
  body: string
}

/** The error shape from which the SDKs make their typed classes. */
export function refusal(
  type: string,
  message: string,
  status = 400,
  members: Record<string, unknown> = {},
): Reply {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ __type: type, message, ...members }),
  }
}
