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
 * Whether the caller's organisation has the thing, read from disk by the first refusal that asks: asked before a refusal by role, since what is another organisation's
 * does not exist. The rest is looked up within what the flow or the caller owns.
 *
 * @throws {Fault} `not_found`
 */
export const lookUp: Partial<
  Record<ObjectKind, (world: World, orgId: string, id: string) => Promise<unknown>>
> = {
  organisation: async (...of) => (await import('../core/own-organisation.ts')).findOwn(...of),
  flow: async (...of) => (await import('../core/flow-change.ts')).readState(...of),
  run: async (...of) => (await import('../core/read-run.ts')).readRun(...of),
  account: async (...of) => (await import('../core/find-account.ts')).findAccountNamed(...of),
  execution: async (...of) => (await import('../core/find-execution.ts')).findExecution(...of),
  file: async (...of) => (await import('../core/own-file.ts')).findFile(...of),
  'webhook-endpoint': async (...of) =>
    (await import('../core/webhooks-out/find-endpoint.ts')).needEndpoint(...of),
  wait: async (...of) => (await import('../core/waits.ts')).readWait(...of),
}
