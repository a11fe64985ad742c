import { authenticate } from '../core/authenticate.ts'
import { may, needSession, type Principal } from '../core/principal.ts'
import { Fault, isFault } from '../faults.ts'
import type { World } from '../world.ts'
import { readBody } from './body.ts'
import { corsHeaders, methodsOf, preflight } from './cors.ts'
import { cursorsOf } from './cursor.ts'
import { isKnown, readGuard } from './etag.ts'
import type { HttpRequest, HttpResponse } from './exchange.ts'
import { onlyOnce, readKey } from './idempotency.ts'
import { type Match, matcher } from './match.ts'
import { lookUp } from './objects.ts'
import { readPatience } from './prefer.ts'
import { readQuery } from './query.ts'
import type { Call, Reply, Route } from './route.ts'
import type { Words } from './words.ts'

/** A set of routes with the words in which each path is refused. */
export interface Served {
  routes: readonly Route[]
  /** The words of the face that a path belongs to, whether or not there is such a route. */
  wordsFor(path: string): Words
}

/** A request under way: what is known of it before anything else. */
interface Under {
  world: World
  request: HttpRequest
  requestId: string
  words: Words
}

/** Answers requests by a set of routes; whatever happens, there is an answer in the face's own words. */
export function serve({
  routes,
  wordsFor,
}: Served): (world: World, request: HttpRequest) => Promise<HttpResponse> {
  const find = matcher(routes)
  return async (world, request) => {
    const requestId = `req_${world.ids.ulid()}`
    const under: Under = { world, request, requestId, words: wordsFor(request.path) }
    const match = find(request.path)
    const response = await answerOrRefuse(under, match)
    const open = match !== null && [...match.byMethod.values()].every(({ auth }) => auth === 'open')
    return {
      ...response,
      body: request.method === 'HEAD' ? '' : response.body,
      headers: { ...common(under), ...corsHeaders(open, request, world.settings), ...response.headers },
    }
  }
}

async function answerOrRefuse(under: Under, match: Match | null): Promise<HttpResponse> {
  try {
    if (match === null) throw new Fault('not_found', 'There is no such route')
    const { request, world } = under
    if (request.method === 'OPTIONS') return preflight(match.byMethod.values(), request, world.settings)
    const route = match.byMethod.get(request.method === 'HEAD' ? 'GET' : request.method)
    if (route === undefined)
      throw new Fault('method_not_allowed', `${request.method} is not possible here`, {
        allow: methodsOf(match.byMethod.values()),
      })
    return await answer(under, route, match.params)
  } catch (error) {
    return refuse(under, error)
  }
}

async function answer(under: Under, route: Route, rawParams: Record<string, string>): Promise<HttpResponse> {
  const { world, request } = under
  const params = route.params.safeParse(rawParams)
  const principal = route.auth === 'open' ? nobody : await signIn(under)
  if (!params.success) throw new Fault('not_found', 'There is no such thing')
  if (route.auth !== 'open') await allow(world, route, principal, rawParams)
  const query = readQuery(route, request.query)
  const patience = readPatience(route, request)
  const guard = route.guarded ? readGuard(request.headers['if-match']) : {}
  const body = readBody(route, request)
  const key = readKey(route, request, principal, { body: body ?? null, query: query ?? null })
  const call: Call<unknown, unknown, unknown> = {
    principal,
    params: params.data,
    query,
    body,
    waitSeconds: patience.waitSeconds,
    guard,
    cursor: cursorsOf(world, [principal.orgId, route.path, request.path, filtersOf(request.query)]),
    address: request.address,
    token: bearerOf(request) ?? '',
    ...(route.startsRun && key ? { idempotency: key } : {}),
  }
  const work = () => route.answer(world, call as Call<never, never, never>)
  const reply =
    key && !route.startsRun
      ? await onlyOnce(world, principal.orgId, key, request.remainingMs, work)
      : await work()
  return written(request, reply, patience.headers)
}

const nobody: Principal = {
  orgId: '',
  actor: 'nobody',
  accountId: null,
  email: null,
  role: 'viewer',
  scopes: [],
  sessionId: null,
}

async function signIn({ world, request, requestId }: Under): Promise<Principal> {
  const header = request.headers.authorization
  if (header !== undefined && /,\s*(bearer|basic)\s/i.test(header))
    throw new Fault('invalid_request', 'A request carries one credential', {
      issues: [{ path: 'Authorization', code: 'invalid_header', message: 'send one Authorization header' }],
    })
  return { ...(await authenticate(world, header)), address: request.address, requestId }
}

/** What another organisation has does not exist, before anything is said of rights (conventions.md §2). */
async function allow(
  world: World,
  route: Route,
  principal: Principal,
  params: Record<string, string>,
): Promise<void> {
  const allowed = route.scope === null || may(principal, route.scope)
  if (allowed && route.auth !== 'session') return
  for (const [name, kind] of Object.entries(route.objects))
    await lookUp[kind]?.(world, principal.orgId, params[name] ?? '')
  if (route.auth === 'session') needSession(principal)
  if (!allowed) throw new Fault('forbidden', 'The role or the key does not allow this')
}

function bearerOf({ headers }: HttpRequest): string | undefined {
  return /^bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}

/** The query without what only says which page: a cursor holds for the same filters. */
function filtersOf(query: string): string {
  const filters = new URLSearchParams(query)
  for (const name of ['cursor', 'limit', 'page', 'offset']) filters.delete(name)
  filters.sort()
  return filters.toString()
}

function written(request: HttpRequest, reply: Reply, more: Record<string, string>): HttpResponse {
  const { status = 200, body, etag, location, next, run, replayed } = reply
  const known =
    request.method === 'GET' || request.method === 'HEAD'
      ? isKnown(request.headers['if-none-match'], etag)
      : false
  return {
    status: known ? 304 : status,
    body: known || body === undefined ? '' : JSON.stringify(body),
    headers: {
      ...(known || body === undefined ? {} : { 'content-type': 'application/json' }),
      ...more,
      ...(etag === undefined ? {} : { etag }),
      ...(location === undefined ? {} : { location }),
      ...(next === undefined ? {} : { link: `<${request.path}?${next}>; rel="next"` }),
      ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
      ...(run === undefined ? {} : runHeaders(run)),
      ...reply.headers,
    },
  }
}

function runHeaders({ id, status, version }: NonNullable<Reply['run']>): Record<string, string> {
  return {
    'sluice-run-id': id,
    'sluice-run-status': status,
    ...(version === null ? {} : { 'sluice-flow-version': String(version) }),
  }
}

function refuse({ world, request, requestId, words }: Under, error: unknown): HttpResponse {
  const fault = isFault(error) ? error : bug(world, requestId, error)
  const { status, contentType, body, headers = {} } = words(fault, { requestId, path: request.path })
  const { allow, retryAfterSeconds } = fault.details
  return {
    status,
    body: JSON.stringify(body),
    headers: {
      'content-type': contentType,
      ...(typeof allow === 'string' ? { allow } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      ...(status === 401 ? { 'www-authenticate': challenge(request) } : {}),
      ...headers,
    },
  }
}

/** A bug is logged once, under the request's id; the caller learns no more than that. */
function bug({ log }: World, requestId: string, error: unknown): Fault {
  const { name = 'Error', message = String(error), stack } = error as Partial<Error>
  log.error('A request failed', { requestId, error: name, message, stack })
  return new Fault('internal_error', 'Something went wrong here', {}, error)
}

function challenge(request: HttpRequest): string {
  return `Bearer realm="sluice"${request.headers.authorization === undefined ? '' : ', error="invalid_token"'}`
}

function common({ world, request, requestId }: Under): Record<string, string> {
  const theirs = request.headers['x-request-id']
  return {
    'request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(world.settings.baseUrl.startsWith('https:')
      ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
      : {}),
    ...(theirs !== undefined && /^[A-Za-z0-9._-]{1,128}$/.test(theirs) ? { 'x-request-id': theirs } : {}),
  }
}
