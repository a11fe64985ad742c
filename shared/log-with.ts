import type { Log, World } from './world.ts'

/** The same log with fields on every line, e.g. the id of the request that is under way. */
export function logWith(log: Log, fields: Record<string, unknown>): Log {
  const writer = (level: keyof Log) => (message: string, more?: Record<string, unknown>) =>
    log[level](message, { ...fields, ...more })
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') }
}

/** The same World, whose log has fields on every line. */
export function about(world: World, fields: Record<string, unknown>): World {
  return { ...world, log: logWith(world.log, fields) }
}
