import type { Readable } from 'node:stream'

/** A request to the object store, whichever way it came. */
export interface ObjectCall {
  method: string
  /** As it came, percent-encoded: `/s3/<bucket>/<key>`. */
  path: string
  /** Decoded; in the order they came. */
  query: [name: string, value: string][]
  /** Names in lower case. */
  headers: Record<string, string>
  body: AsyncIterable<Uint8Array>
  /** It never left this process: nobody else can have sent it. */
  trusted: boolean
}

/** What goes out. */
export interface ObjectReply {
  status: number
  headers: Record<string, string>
  body: string | Readable | null
}

/** One value of a call's query. */
export function asked({ query }: ObjectCall, name: string): string | undefined {
  return query.find(([given]) => given === name)?.[1]
}
