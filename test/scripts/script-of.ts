import type { ScriptEvent } from '../../shared/asl/script-event.ts'
import type { Json } from '../../shared/world.ts'

/** A script as a machine sends it. */
export function scriptOf(code: string, input: Json = null, more: Partial<ScriptEvent> = {}): ScriptEvent {
  return {
    v: 1,
    kind: 'script',
    run: '0d6c1f5e-7a51-4d0e-9c64-1f0c7a0b9f11',
    stepId: 'score',
    iter: null,
    at: '2026-03-01T06:00:00.000Z',
    code,
    input,
    ...more,
  }
}
