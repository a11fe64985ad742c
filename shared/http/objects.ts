import { findAccountNamed } from '../core/find-account.ts'
import { findExecution } from '../core/find-execution.ts'
import { readState } from '../core/flow-change.ts'
import { findOwn } from '../core/own-organisation.ts'
import { readRun } from '../core/read-run.ts'
import type { World } from '../world.ts'

/** Kinds of things that a path may name. */
export type ObjectKind =
  | 'organisation'
  | 'flow'
  | 'run'
  | 'version'
  | 'api-key'
  | 'account'
  | 'secret'
  | 'wait'
  | 'link'
  | 'link-token'
  | 'share'
  | 'share-token'
  | 'execution'
  | 'file'
  | 'webhook'
  | 'webhook-endpoint'
  | 'delivery'
  | 'problem'
  | 'flow-type'

/**
 * Whether the caller's organisation has the thing: asked before a refusal by role, since what is another organisation's
 * does not exist. The rest is looked up within what the flow or the caller owns.
 *
 * @throws {Fault} `not_found`
 */
export const lookUp: Partial<
  Record<ObjectKind, (world: World, orgId: string, id: string) => Promise<unknown>>
> = {
  organisation: findOwn,
  flow: readState,
  run: readRun,
  account: findAccountNamed,
  execution: findExecution,
  file: async (...of) => (await import('../core/own-file.ts')).findFile(...of),
  'webhook-endpoint': async (...of) =>
    (await import('../core/webhooks-out/find-endpoint.ts')).needEndpoint(...of),
  wait: async (...of) => (await import('../core/waits.ts')).readWait(...of),
}
