import * as z from 'zod'
import { StepError } from '../step-error.ts'
import type { Json } from '../world.ts'
import { templated } from './params.ts'

const forbidden = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
])

/** True for a header that the client itself writes and an author may not (hardening.md rule 15). */
export function isForbiddenHeader(name: string): boolean {
  const lower = name.toLowerCase()
  return forbidden.has(lower) || lower.startsWith('proxy-')
}

/** True for a header name of RFC 9110's token characters. */
function isHeaderName(name: string): boolean {
  return /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/.test(name)
}

/** True for a value of visible characters, spaces and tabs. */
function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** Headers as an author writes them; names are judged when the flow is saved. */
export const headerMap = templated(
  z.record(z.string(), scalar).check((context) => {
    for (const name of Object.keys(context.value)) {
      const problem = nameProblem(name)
      if (problem) context.issues.push({ code: 'custom', message: problem, path: [name], input: name })
    }
  }),
)

function nameProblem(name: string): string | null {
  if (!isHeaderName(name)) return `${JSON.stringify(name)} is no header name`
  if (isForbiddenHeader(name)) return `The header ${name} is set by the service and cannot be written`
  return null
}

/**
 * Headers as they are sent: lower-case names, text values; null leaves a header out.
 *
 * @throws {StepError} `Http.BadRequest` for a forbidden name or a value with a line break or another control character.
 */
export function readHeaders(value: Json | undefined): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  if (value === undefined || value === null) return headers
  if (typeof value !== 'object' || Array.isArray(value))
    throw new StepError('Http.BadRequest', 'headers must be an object')
  for (const [name, written] of Object.entries(value)) {
    const problem = nameProblem(name)
    if (problem) throw new StepError('Http.BadRequest', problem)
    if (written === null) continue
    const text = typeof written === 'object' ? JSON.stringify(written) : String(written)
    if (!isHeaderValue(text))
      throw new StepError(
        'Http.BadRequest',
        `The value of the header ${name} holds a character that cannot be sent`,
      )
    headers[name.toLowerCase()] = text
  }
  return headers
}
