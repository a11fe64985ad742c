import type { Log, LogLevel } from '../../shared/world.ts'

/** A log that keeps its lines for a test to look at. */
export interface KeptLog extends Log {
  readonly lines: { level: LogLevel; message: string; fields: Record<string, unknown> }[]
}

export function keptLog(): KeptLog {
  const lines: KeptLog['lines'] = []
  const keep =
    (level: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}) =>
      void lines.push({ level, message, fields })
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
}
