import { createHash } from 'node:crypto'
import type { Guard } from '../core/flow-guard.ts'
import { answering } from '../core/refusal.ts'
import { Fault } from '../faults.ts'
import { lazily } from '../lazily.ts'
import { about, logWith } from '../log-with.ts'
import type { World } from '../world.ts'
import { readBody } from './body.ts'
import { corsHeaders, methodsOf, preflight } from './cors.ts'
import { cursorsOf, filtersOf } from './cursor.ts'
import { withinTime } from './deadline.ts'
import { readGuard } from './etag.ts'
import type { HttpRequest, HttpResponse, Under } from './exchange.ts'
import { onlyOnce, readKey } from './idempotency.ts'
import { type Match, matcher } from './match.ts'
import { readPatience } from './prefer.ts'
import { readQuery } from './query.ts'
import { countRequest, rateHeaders } from './rate.ts'
import { refuse } from './refuse.ts'
import { allow, bearerOf, isForAnyPage, signIn } from './rights.ts'
import type { Call, Reply, Route } from './route.ts'
import { commonHeaders, theirRequestId } from './security.ts'
import { readTrace } from './trace.ts'
import type { Words } from './words.ts'
import { write } from './write.ts'

/** A set of routes with the words in which each path is refused. */
export interface Served {
  routes: readonly Route[]
  /**
   * Further routes that this door answers, loaded by the first request that none of `routes` fits: what is asked for
   * seldom does not slow the start of a function. @default none
   */
  more?: () => Promise<readonly Route[]>
  /**
   * Every route there is, where this door also answers for the others: wrong methods and pre-flights, never their work.
   * Asked for by the first request that none of `routes` answers. @default routes
   */
  table?: () => Promise<readonly Route[]>
  /** The words of the face that a path belongs to, whether or not there is such a route. */
  wordsFor(path: string): Words
}

/** Answers requests by a set of routes; whatever happens, there is an answer in the face's own words. */
export function serve({
  routes,
  more = async () => [],
  table,
  wordsFor,
}: Served): (world: World, request: HttpRequest) => Promise<HttpResponse> {
  const findFirst = matcher(routes)
  const readOwn = lazily(async () => [...routes, ...(await more())])
  const findOwn = lazily(async () => matcher(await readOwn()))
  const everyRoute = lazily(async () => (table ? await table() : await readOwn()))
  const findAny = lazily(async () => matcher(await everyRoute()))
  const find = async (path: string, method: string) => {
    // From what is at hand to what must be read from disk.
    for (const open of [() => findFirst, findOwn]) {
      const match = (await open())(path)
      const route = match?.byMethod.get(method)
      if (route) return { match, route, foreign: false }
    }
    const match = (await findAny())(path)
    const route = match?.byMethod.get(method)
    return { match, route, foreign: route !== undefined }
  }
  return async (world, request) => {
    const under: Under = { ...begin(world, request, wordsFor), table: everyRoute }
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const { match, route, foreign } = await find(request.path, method)
    const response = await answerOrRefuse(under, match, foreign ? undefined : route)
    const open = route
      ? isForAnyPage(route)
      : match !== null && [...match.byMethod.values()].every(isForAnyPage)
    return {
      status: response.status,
      body: request.method === 'HEAD' ? '' : response.body,
      headers: {
        ...commonHeaders(under),
        ...corsHeaders(open, request, world.settings),
        ...rateHeaders(under.standing),
        ...response.headers,
      },
    }
  }
}

function begin(world: World, request: HttpRequest, wordsFor: Served['wordsFor']): Omit<Under, 'table'> {
  const requestId = `req_${world.ids.ulid()}`
  const theirs = theirRequestId(request.headers)
  const log = logWith(world.log, { requestId, ...(theirs === undefined ? {} : { theirRequestId: theirs }) })
  return { world: { ...world, log }, request, requestId, words: wordsFor(request.path) }
}

async function answerOrRefuse(
  under: Under,
  match: Match | null,
  route: Route | undefined,
): Promise<HttpResponse> {
  const { world, request } = under
  try {
    if (match === null) throw new Fault('not_found', 'There is no such route')
    if (request.method === 'OPTIONS') return preflight(match.byMethod, request, world.settings)
    if (route === undefined) throw wrongMethod(request, match)
    // Most of the core says so itself, but what it does not is no bug either.
    const answered = answering(world, () => answer(under, route, match.params))
    return await withinTime(world.clock, request.remainingMs, answered)
  } catch (error) {
    return refuse(under, error)
  }
}

/** A method that another door answers does not come here unless the gateway read the path in another way. */
function wrongMethod({ method }: HttpRequest, { byMethod }: Match): Fault {
  if (byMethod.has(method === 'HEAD' ? 'GET' : method))
    return new Fault('not_found', 'There is no such route')
  const allow = methodsOf(byMethod.values())
  return new Fault('method_not_allowed', `${method} is not possible here`, { allow })
}

async function answer(under: Under, route: Route, raw: Record<string, string>): Promise<HttpResponse> {
  const { request } = under
  const principal = await signIn(under, route, raw)
  if (principal.orgId !== '') under.world = about(under.world, { org: principal.orgId })
  const { world } = under
  const counted = await countRequest(under, route, principal)
  await allow(world, route, principal, raw, route.scope === null ? [] : [route.scope])
  const query = readQuery(route, request.query)
  const patience = readPatience(route, request)
  const guard = guardOf(route, request)
  const { body, content } = route.raw
    ? { body: await readRaw(route, request), content: undefined }
    : await readBody(route, request)
  await allow(world, route, principal, raw, route.alsoNeeds(body))
  const key = readKey(route, request, principal, {
    body: content === undefined ? (body ?? null) : { ...(body as object), sha256: sha256(content) },
    query: query ?? null,
  })
  const call: Call<unknown, unknown, unknown> = {
    principal,
    params: route.params.parse(raw),
    query,
    body,
    waitSeconds: patience.waitSeconds,
    guard,
    cursor: cursorsOf(world, [principal.orgId, request.path, filtersOf(request.query)]),
    traceparent: readTrace(request.headers.traceparent, world.ids),
    table: under.table,
    path: request.path,
    address: request.address,
    header: (name) => request.headers[name],
    headers: request.headers,
    token: bearerOf(request),
    ...(content === undefined ? {} : { content }),
    ...(route.startsRun && key ? { idempotency: key } : {}),
  }
  const work = (): Promise<Reply> => route.answer(world, call as Call<never, never, never>)
  const reply =
    key && !route.startsRun
      ? await onlyOnce(world, principal.orgId, key, request.remainingMs, work)
      : await work()
  const response = write(request, reply, patience.headers)
  if (response.status === 304) counted.forget()
  return response
}

/** Two forms are the same request only if their files are the same. */
function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** What the caller has seen. @throws {Fault} `precondition_required` where the route must know it. */
function guardOf({ guarded }: Route, { headers }: HttpRequest): Guard {
  const tags = headers['if-match']
  if (guarded === 'required' && tags === undefined)
    throw new Fault('precondition_required', 'Send If-Match with the ETag that you have read')
  return guarded ? readGuard(tags) : {}
}

/** Few doors take bytes: the others do not read from disk what does. */
async function readRaw(route: Route, request: HttpRequest): Promise<unknown> {
  return (await import('./raw-body.ts')).readRawBody(route, request)
}
