import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import type { Route, Tools } from './define.ts'
import { readJson } from './json-text.ts'

/** A call as http.request and webhook make it. */
export interface HttpCall {
  method: string
  url: string
  headers: Record<string, string>
  body?: string
  /** Statuses that count as success; absent = 2xx. */
  expect: Json | undefined
  /** Outcomes with rows of their own: such a status is a result and no error. */
  rows: string[]
  /** Whether a success is told in the run's log: a webhook says nothing (seed 003). */
  told: boolean
}

const defaultSeconds = 30
const longestSeconds = 60

/**
 * Makes the call, with the keys that let the other side tell a repeated one (hardening.md rule 21).
 *
 * @throws {StepError} `Http.4xx`, `Http.5xx` (or another class) for a status that is neither expected nor has a row,
 *   and the outbound guard's errors: `Http.Blocked`, `Http.Timeout`, `Http.Network`, `Http.TooLarge`.
 */
export async function callHttp(call: HttpCall, tools: Tools): Promise<Json> {
  const response = await tools.outbound({
    method: call.method,
    url: call.url,
    headers: { 'idempotency-key': tools.effectKey, traceparent: tools.traceparent, ...call.headers },
    ...(call.body === undefined ? {} : { body: call.body }),
    timeoutMs: Math.min(tools.timeoutSeconds ?? defaultSeconds, longestSeconds) * 1000,
  })
  const facts = { status_code: response.status, url: call.url }
  if (isExpected(response.status, call.expect)) {
    if (call.told) tools.log('info', 'HTTP request successful', facts)
  } else if (!call.rows.includes(outcomeOf(response.status) ?? ''))
    throw new StepError(
      `Http.${Math.floor(response.status / 100)}xx`,
      `HTTP request failed with status ${response.status}`,
      facts,
    )
  return {
    status_code: response.status,
    headers: { ...response.headers },
    body: readBody(response.headers, response.body),
    timing_ms: response.durationMs,
  }
}

/** The body and its content type: an object as JSON, text as it is, nothing for null. */
export function writeBody(
  body: Json | undefined,
  headers: Record<string, string>,
): { body?: string; headers: Record<string, string> } {
  if (body === undefined || body === null) return { headers }
  const json = typeof body !== 'string'
  const type = headers['content-type'] ?? (json ? 'application/json' : 'text/plain; charset=utf-8')
  return { body: json ? JSON.stringify(body) : body, headers: { ...headers, 'content-type': type } }
}

/** The routes of a step whose result has a status code: only those with rows, since any other status is an error. */
export function statusRoutes(expect: Json | undefined, has: (outcome: string) => boolean): Route[] {
  const code = (variable: string) => `${variable}.status_code`
  const unless = (variable: string) => {
    const classes = patterns(expect).map((pattern) => patternTest(code(variable), pattern))
    return classes.length === 0 ? '' : ` and $not(${classes.join(' or ')})`
  }
  const range = (low: number) => (variable: string) =>
    `${code(variable)} >= ${low} and ${code(variable)} < ${low + 100}${unless(variable)}`
  const routes = [
    { outcome: 'client_error', when: range(400) },
    { outcome: 'server_error', when: range(500) },
  ]
  return routes.filter(({ outcome }) => has(outcome))
}

/** Errors that mean the other side took too long. */
export const httpTimeouts = ['Http.Timeout']

function outcomeOf(status: number): string | null {
  if (status >= 400 && status < 500) return 'client_error'
  return status >= 500 && status < 600 ? 'server_error' : null
}

/** `2xx` or 204 as lowest and highest status. */
function patterns(expect: Json | undefined): [number, number][] {
  if (expect === undefined || expect === null) return []
  return (Array.isArray(expect) ? expect : [expect]).map((pattern) => {
    const text = String(pattern)
    const low = text.endsWith('xx') ? Number(text[0]) * 100 : Number(text)
    return [low, text.endsWith('xx') ? low + 99 : low]
  })
}

function patternTest(code: string, [low, high]: [number, number]): string {
  return low === high ? `${code} = ${low}` : `${code} >= ${low} and ${code} <= ${high}`
}

function isExpected(status: number, expect: Json | undefined): boolean {
  if (expect === undefined || expect === null) return status >= 200 && status < 300
  return patterns(expect).some(([low, high]) => status >= low && status <= high)
}

function readBody(headers: Record<string, string>, text: string): Json {
  if (text === '') return null
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  if (!/[/+]json\s*(;|$)/i.test(type)) return text
  const value = readJson(text)
  return value === undefined ? text : value
}

/** Args that both steps send to the function besides the author's params. */
export function rowsOf(has: (outcome: string) => boolean): JsonObject {
  const rows = ['client_error', 'server_error'].filter(has)
  return rows.length === 0 ? {} : { rows }
}
