import { randomUUID } from 'node:crypto'
import { routes } from '../../shared/faces/index.ts'
import type { Route } from '../../shared/http/route.ts'
import type { Answer, Send } from '../http/caller.ts'
import { adding } from './flows-of-tests.ts'

/** Ids that fill the paths. */
export interface Filling {
  organisation: string
  flow: string
  run: string
  version: string
  'api-key': string
  account: string
  secret: string
  wait: string
  link: string
  'link-token': string
  share: string
  'share-token': string
  execution: string
  file: string
  webhook: string
  'webhook-endpoint': string
  delivery: string
  problem: string
  'flow-type': string
}

/** Bodies that routes take, by method and path; a route with a body that is not here makes the suites fail (A2). */
const bodies: Record<string, unknown> = {
  'POST /v1/client/flow/{id}/execute': { customerId: 'a' },
  'POST /v1/sdk/flow/{id}/execute': { customerId: 'a' },
  'POST /cgw/process/v1/orgs/{orgId}/flows/{flowId}/execute': { customerId: 'a' },
  'POST /v1/flow/execute/{id}': { inputs: { customerId: 'a' } },
  'POST /v1/flow': { definition: adding },
  'PATCH /v1/flow/{id}': { description: 'Changed' },
  'POST /v1/flow/{id}/publish': {},
  'POST /v1/flow/{id}/autosave': { definition: adding },
  'POST /v1/flow/{id}/clone': {},
  'POST /v1/flow/import': { document: adding },
  'POST /v1/flow/step-field-items': { stepType: 'flow', field: 'flowId' },
  'POST /v1/flow/enhance': { prompt: 'Add two numbers' },
  'POST /v1/flow/{id}/enhance': { instructions: 'Add an approval' },
  'POST /v1/flow/{id}/versions/{version}/publish': {},
  'POST /v1/flow/{id}/versions/{version}/unpublish': {},
  'POST /v1/flow/{id}/versions/{version}/set-latest': {},
  'POST /v1/flow/{id}/versions/{version}/rollback': {},
  'POST /v1/flowrun/resume/{id}': { decision: 'approve' },
  'POST /v1/flowrun/cancel/{id}': {},
  'POST /v1/flowrun/rerun/{id}': {},
  'POST /api/v1/auth/login': { username: 'nobody@acme.example', password: 'wrong password' },
  'POST /api/v1/flows': { name: 'New', definition: adding },
  'PUT /api/v1/flows/{id}': { description: 'Changed' },
  'POST /api/v1/flows/{id}/run': { input: { customerId: 'a' } },
  'POST /api/v1/accounts': () => ({
    name: 'New',
    email: `${randomUUID()}@acme.example`,
    password: 'a long password',
  }),
  'PUT /api/v1/accounts/{id}': { name: 'Changed' },
  'POST /api/v1/accounts/{account_id}/secrets': { key: 'NEW_KEY', value: 'canary value' },
  'PUT /api/v1/accounts/{account_id}/secrets/{key}': { value: 'canary value' },
  'POST /api/flow-executions': ({ flow }: Filling) => ({ flow_id: flow, input: { customerId: 'a' } }),
  'POST /api/flows/{flow_id}/files/download-url': ({ file }: Filling) => ({ file_key: file }),
  'POST /v1/flow/{id}/schedule': { cron: '0 * * * *', data: { inputs: { customerId: 'a' } } },
  'POST /v1/flow/{id}/schedule-cancel': {},
  'POST /v1/flow/{id}/share': {},
  'PATCH /v1/flow/{id}/share/{shareId}': { name: 'Changed' },
  'POST /v1/flow/share/execute/{token}': { customerId: 'a' },
  'POST /v1/flow/file': { filename: 'claim.pdf', contentType: 'application/pdf', size: 5 },
  'POST /v1/flow/share/file/{token}': { filename: 'claim.pdf', contentType: 'application/pdf', size: 5 },
  'POST /v1/waits/{id}/answer': { decision: 'approve' },
  'POST /api/server/v1/flow/execute': { flowType: 'REGISTRATION' },
  'POST /t/{org}/api/server/v1/flow/execute': { flowType: 'REGISTRATION' },
  'PUT /v1/journeys/{flowType}': { flowId: null, enabled: false },
  'PATCH /v1/organisation': { name: 'Changed' },
  'POST /v1/waits/{id}/links': {},
  'POST /w/{token}': {},
  'POST /v1/flow/{id}/webhook/{webhookId}': { customerId: 'a' },
  'POST /v1/webhook-endpoints': { url: 'https://hooks.example.com/', events: ['*'] },
  'PATCH /v1/webhook-endpoints/{id}': { description: 'Changed' },
  'POST /v1/socket-tickets': ({ run }: Filling) => ({ runId: run }),
  'POST /v1/api-keys': { name: 'Mine', scopes: ['flows:read'] },
}

/** Queries that routes cannot do without. */
const queries: Record<string, (ids: Filling) => string> = {
  'GET /api/flow-executions': ({ flow }) => `?flow_id=${flow}`,
  'POST /api/flows/{flow_id}/files/upload-url': () => '?content_type=text/plain',
}

export const nameOf = ({ method, path }: Route): string => `${method} ${path}`

/** Every route, named for a table of tests. */
export const everyRoute: [name: string, route: Route][] = routes.map((route) => [nameOf(route), route])

/** Routes that nobody has given a call. */
export const uncalled = routes
  .filter((route) => route.body !== null && !(nameOf(route) in bodies))
  .map(nameOf)

/** Calls a route with its path filled in. */
export function callRoute(send: Send, route: Route, ids: Filling, as?: string): Promise<Answer> {
  // Whatever its state: what must be named is named.
  const headers: Record<string, string> = route.guarded === 'required' ? { 'if-match': '*' } : {}
  return send(route.method, addressOf(route, ids), { as, body: bodyOf(route, ids), headers })
}

/** The path with the query that the route cannot do without. */
export function addressOf(route: Route, ids: Filling): string {
  return `${pathOf(route, ids)}${queries[nameOf(route)]?.(ids) ?? ''}`
}

/** A body that must be new each time, or that names something, is made. */
function bodyOf(route: Route, ids: Filling): unknown {
  const body = bodies[nameOf(route)]
  return typeof body === 'function' ? body(ids) : body
}

/** The path with an id of the right kind in every place. */
export function pathOf({ path, objects }: Route, ids: Filling): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => ids[objects[name]!])
}
