import type { Graph } from '../../definitions/graph.ts'
import type { JsonObject } from '../../world.ts'

/** How the sender of a delivery proves who he is (faces/dashboard.md §10). */
export type Verify =
  | { kind: 'standard' | 'github' | 'stripe' | 'slack'; secret: string }
  | { kind: 'hmac'; secret: string; header: string; encoding: 'hex' | 'base64'; prefix?: string }
  | { kind: 'header'; secret: string; header: string }

/** A webhook trigger as its schema has checked it. */
export interface WebhookTrigger {
  type: 'webhook'
  id: string
  /** Absent = the sender has a credential of this service. */
  verify?: Verify
  /** Inputs made of the delivery; absent = its body is the inputs. */
  inputs?: JsonObject
  /** `sync` = the answer is the run's; absent = only that it was begun. */
  respond?: 'sync'
}

/** The webhook triggers of a flow. */
export function webhooksOf({ triggers }: Pick<Graph, 'triggers'>): WebhookTrigger[] {
  return triggers.filter(({ type }) => type === 'webhook') as unknown as WebhookTrigger[]
}

/** The key in `{{secrets.KEY}}`. */
export function secretKeyOf({ secret }: Verify): string {
  return /secrets\.(\w+)/.exec(secret)?.[1] ?? ''
}
