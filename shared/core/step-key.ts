import { hash } from 'node:crypto'

/**
 * Names one visit of a step: `<13-digit ms of entry>#<stepId>[#<iteration>]`. The same over retries, because the moment
 * of entry is; new at each visit (aws.md 2.5).
 */
export function stepKey(at: string, stepId: string, iter: string | null): string {
  const entered = String(Date.parse(at)).padStart(13, '0')
  return iter === null ? `${entered}#${stepId}` : `${entered}#${stepId}#${iter}`
}

/** The UUID (version 8) that stands for a text: the same text, the same id. */
export function uuidOf(text: string): string {
  const bytes = hash('sha256', text, 'buffer').subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [8, 12, 16, 20, 32].map((end, part) => hex.slice([0, 8, 12, 16, 20][part], end)).join('-')
}

/** Id of the wait that a visit opens: the engine asking twice makes one wait. */
export function waitIdOf(runId: string, key: string): string {
  return uuidOf(`wait ${runId} ${key}`)
}

/** Id of the run that a visit of a `flow` step starts. */
export function childIdOf(runId: string, key: string): string {
  return uuidOf(`child ${runId} ${key}`)
}
