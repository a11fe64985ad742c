import type { Log, LogLevel } from '../world.ts'

const levels: LogLevel[] = ['debug', 'info', 'warn', 'error']
/** Longest text of one field, in characters. */
const longestField = 8192

/**
 * Writes one JSON object a line to standard error. Fields are cut at 8 KB; JSON escapes line breaks and control
 * characters, so that no value can forge a line.
 */
export function jsonLog(
  level: LogLevel,
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Log {
  const from = levels.indexOf(level)
  if (from < 0) throw new Error(`The log level is "${level}"; it must be one of ${levels.join(', ')}`)
  const writer =
    (at: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      if (levels.indexOf(at) < from) return
      write(
        `${JSON.stringify({ timestamp: new Date().toISOString(), level: at, message, ...fields }, cut)}\n`,
      )
    }
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') }
}

function cut(_name: string, value: unknown): unknown {
  if (typeof value === 'string' && value.length > longestField) return `${value.slice(0, longestField)}…`
  return typeof value === 'bigint' ? String(value) : value
}
