import { expect } from 'vitest'
import { call } from '../account/call.ts'
import type { AccountChild } from '../account/child.ts'
import type { Stub } from '../account/stub.ts'

/** An account that runs, and a site that its flows call. */
export interface Opened {
  account: AccountChild
  stub: Stub
}

/** What stands where the seeds print an id. */
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** What stands where they print a time. */
export const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** What every seed's requests need. */
export type Calls = ReturnType<typeof callsTo>

/** Calls an account with its key. */
export function callsTo(opened: () => Opened) {
  const withKey = () => ({ url: opened().account.url, key: opened().account.demo.apiKey })

  /** Publishes a document as a new flow; gives the flow's id. */
  async function publish(document: unknown): Promise<string> {
    const made = await call<{ _id: string }>(withKey(), 'POST', '/v1/flow', { definition: document })
    const published = await call(withKey(), 'POST', `/v1/flow/${made.body._id}/publish`)
    expect([made.status, published.status]).toEqual([201, 201])
    return made.body._id
  }

  return { opened, withKey, publish }
}
