import type { ScriptEvent } from '../shared/asl/script-event.ts'
import { runScript } from '../shared/scripts/run-script.ts'
import type { Json } from '../shared/world.ts'

/**
 * A script step wants its code run. This door has no World: its role may write its log and nothing else, so that code
 * which broke out of both its walls would find nothing here.
 */
export async function handler(event: ScriptEvent): Promise<Json> {
  if (event.v !== 1 || event.kind !== 'script')
    throw new Error(`The machine speaks version ${event.v} of the script event; this release knows 1`)
  return runScript(event)
}

export const open = () => handler
