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
 * Whether the caller's organisation has the thing. Asked before a refusal by role, since what another organisation has does not
 * exist. What is not here is looked up within its flow, or within what the caller owns.
 *
 * Few requests are refused: only those read these files from disk.
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
