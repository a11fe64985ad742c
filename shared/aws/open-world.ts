import type { Clock, Ids, Log, LogLevel, Metrics, Outbound, World } from '../world.ts'
import { type ClientParts, makeClients } from './clients.ts'
import { systemClock } from './clock.ts'
import { systemIds } from './ids.ts'
import { jsonLog } from './log.ts'
import { noMetrics, openMetrics } from './metrics.ts'
import { type Environment, readSettings } from './settings.ts'

/** What a caller may put in place of the real thing. */
export interface WorldParts {
  requestHandlers?: ClientParts
  clock?: Clock
  ids?: Ids
  log?: Log
  outbound?: Outbound
  metrics?: Metrics
}

/**
 * Makes the World from the environment.
 *
 * @throws {Error} naming a setting that is missing.
 */
export function openWorld(env: Environment = process.env, parts: WorldParts = {}): World {
  const settings = readSettings(env)
  return {
    settings,
    ...makeClients(env, parts.requestHandlers),
    outbound: parts.outbound ?? testedFirst(settings.outboundAllow),
    clock: parts.clock ?? systemClock,
    ids: parts.ids ?? systemIds,
    log: parts.log ?? jsonLog((env.SLUICE_LOG ?? 'info') as LogLevel),
    metrics: parts.metrics ?? (env.SLUICE_METRICS === 'emf' ? openMetrics(settings.stage) : noMetrics),
  }
}

/** Reads the guard from disk and tests it at the first call, so that functions which never call out do not pay for it. */
function testedFirst(allow: string[]): Outbound {
  let proven: Promise<Outbound> | undefined
  return async (request) => {
    proven ??= guarded(allow)
    return (await proven)(request)
  }
}

async function guarded(allow: string[]): Promise<Outbound> {
  const [{ makeOutbound }, { provenOutbound }] = await Promise.all([
    import('./outbound.ts'),
    import('./outbound-self-test.ts'),
  ])
  return await provenOutbound(makeOutbound({ allow }))
}
