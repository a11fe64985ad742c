import { readDefinition } from '../../shared/definitions/read.ts'
import type { JsonObject } from '../../shared/world.ts'

/** The problems of a definition, one short line each: `6:3 error unknown_target /nodes/a/next/default`. */
export function problemLines(definition: string | JsonObject): string[] {
  return readDefinition(definition).problems.map(
    ({ line, column, severity, code, path }) => `${line}:${column} ${severity} ${code} ${path}`,
  )
}
