import { awaitRun } from '../../shared/core/await-run.ts'
import { routes } from '../../shared/faces/index.ts'
import { wordsFor } from '../../shared/faces/words-for.ts'
import { matcher } from '../../shared/http/match.ts'
import { commonFaults, type FaceName } from '../../shared/http/route.ts'
import { publicCode } from '../../shared/http/words.ts'
import type { JsonObject } from '../../shared/world.ts'
import { type EngineWorld, openEngineWorld } from '../core/engine-fixture.ts'
import { type Answer, caller, type Send } from '../http/caller.ts'
import { makeTenant, type Tenant } from '../tenants.ts'
import { codeOf, errorShapes } from './error-shapes.ts'

/** Every face on the local engine and table, and two organisations that call. */
export interface Faces extends EngineWorld {
  /** Sends a request and holds the answer to the route's contract. */
  send: Send
  acme: Tenant
  other: Tenant
  /** Makes a flow in seed 001, publishes it and gives its id. */
  flow(definition: JsonObject, as?: string): Promise<string>
  /** Executes it by the client route, and gives the answer. */
  execute(flow: string, body?: unknown): Promise<Answer>
  /** Waits until a run of acme has so many questions open. */
  asked(run: string, count: number): Promise<void>
}

export async function openFaces(options: Parameters<typeof openEngineWorld>[0] = {}): Promise<Faces> {
  const engine = await openEngineWorld(options)
  const send = checked(caller(engine.world, { routes, wordsFor }))
  const acme = await makeTenant(engine.world, 'acme')
  const other = await makeTenant(engine.world, 'other')
  return {
    ...engine,
    send,
    acme,
    other,
    async flow(definition, as = acme.token.user) {
      const made = await send('POST', '/v1/flow', { as, body: { definition } })
      const published = await send('POST', `/v1/flow/${made.body._id}/publish`, { as })
      if (published.status !== 201) throw new Error(`The flow cannot be published: ${published.text}`)
      return made.body._id
    },
    execute: (flow, body = {}) =>
      send('POST', `/v1/client/flow/${flow}/execute`, { as: acme.token.user, body }),
    async asked(run, count) {
      for (let rev = 0; ; ) {
        const now = await awaitRun(engine.world, acme.orgId, run, { sinceRev: rev, waitSeconds: 5 })
        if (now.openWaits === count) return
        if (now.rev === rev) throw new Error(`The run has ${now.openWaits} questions open`)
        rev = now.rev
      }
    },
  }
}

const find = matcher(routes)

/** Every answer of a test is held to the schema of its route, and every refusal to the route's list (M17). */
export function checked(send: Send): Send {
  return async (method, path, sent) => {
    const answer = await send(method, path, sent)
    check(method, path.split('?')[0]!, answer)
    return answer
  }
}

function check(method: string, path: string, { status, body, text, headers }: Answer): void {
  if (method === 'OPTIONS' || method === 'HEAD' || status === 304) return
  const route = find(path)?.byMethod.get(method)
  const type = headers['content-type']?.split(';')[0] ?? ''
  if (route && text !== '' && !type.endsWith('json')) {
    if (!route.replyTypes.includes(type))
      throw new Error(`${method} ${path} does not say that it gives ${type}`)
    return
  }
  const schema = route?.reply[status]
  if (schema && !(status >= 400 && codeIn(body, headers) !== '')) {
    const read = schema.safeParse(body)
    if (!read.success) throw new Error(`${method} ${path} ${status}: ${read.error.message}\n${text}`)
    return
  }
  const isProblem = headers['content-type'] === 'application/problem+json'
  const face = isProblem ? 'own' : (route?.face ?? faceOf(path))
  const shaped = errorShapes[face].safeParse(body)
  if (status < 400 || !shaped.success)
    throw new Error(`${method} ${path} ${status} is not in the contract: ${shaped.error?.message}\n${text}`)
  if (!headers['request-id']) throw new Error(`${method} ${path} has no request id`)
  // Seed 000 has codes of its own, an author's among them: its shape says all that can be said.
  if (face === 'journeys') return
  const allowed = [...commonFaults, ...(route?.faults ?? [])].map((code) => publicCode(code) as string)
  // Seed 002 tells a failed run's own code.
  const code = status === 500 && headers['sluice-run-id'] ? 'run_failed' : codeIn(body, headers)
  if (!allowed.includes(code))
    throw new Error(`${method} ${path} refuses with ${code}, which its contract does not list`)
}

/** Seed 002 tells the code in a header. */
function codeIn(body: Parameters<typeof codeOf>[0] | undefined, headers: Record<string, string>): string {
  return headers['error-code'] ?? codeOf(body ?? {})
}

function faceOf(path: string): FaceName {
  if (/^(\/t\/[^/]+)?\/api\/server/.test(path)) return 'journeys'
  if (path.startsWith('/cgw')) return 'headless'
  if (path.startsWith('/api/v1')) return 'runner'
  if (path.startsWith('/api/flow')) return 'executions'
  return /^\/v1\/(flow|flowrun|client|sdk)(\/|$)/.test(path) ? 'dashboard' : 'own'
}
