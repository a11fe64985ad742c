import type * as z from 'zod'
import type { Guard } from '../core/flow-guard.ts'
import type { Principal } from '../core/principal.ts'
import type { IdempotencyKey } from '../core/requests.ts'
import type { Role, Scope } from '../core/roles.ts'
import type { FaultCode } from '../faults.ts'
import type { World } from '../world.ts'
import type { ObjectKind } from './objects.ts'

/** Faces by the name of their door in `functions/`. */
export type FaceName = 'client' | 'dashboard' | 'runner' | 'own'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What an answer function is given: everything is parsed and allowed. */
export interface Call<P, Q, B> {
  /** Only on open routes it is nobody; those do not look at it. */
  principal: Principal
  params: P
  query: Q
  body: B
  /** How long the caller waits for a run, 0-25. */
  waitSeconds: number
  /** What the caller has seen, from `If-Match`. */
  guard: Guard
  /** Present on routes that start runs: goes into the run's own transaction. */
  idempotency?: IdempotencyKey
  /** Makes and opens cursors of this list. */
  cursor: Cursors
  address: string
  /** The credential as it came, for refresh. */
  token: string
}

/** Sealed places in a list, bound to organisation, route and filters (conventions.md §5). */
export interface Cursors {
  seal(position: unknown): Promise<string>
  /** @throws {Fault} `invalid_request` */
  open<T>(text: string): Promise<T>
}

/** What goes out. */
export interface Reply {
  /** @default 200 */
  status?: number
  /** JSON; undefined = no body. */
  body?: unknown
  headers?: Record<string, string>
  /** Strong or weak; answered as 304 to `If-None-Match`. */
  etag?: string
  location?: string
  /** Query of the next page, without `?`. */
  next?: string
  /** The run that it is about. */
  run?: { id: string; status: string; version: number | null }
  replayed?: boolean
}

/** One route: contract and answer together. OpenAPI, the gateway and the matrices of tests read the same fields. */
export interface Route {
  face: FaceName
  method: Method
  /** With parameters in braces, e.g. `/v1/flow/{id}`. */
  path: string
  summary: string
  /** `open`: no credential; `session`: a signed-in person, never a key. */
  auth: 'open' | 'bearer' | 'session'
  /** What the caller must be allowed; null where being signed in is enough. */
  scope: Scope | null
  /** The least role, for people who read the table; the scope decides. */
  role: Role | null
  /** Which kind of object each path parameter names. */
  objects: Record<string, ObjectKind>
  params: z.ZodType
  query: z.ZodType
  /** null = the route takes no body, and what is sent is not read. */
  body: z.ZodType | null
  /** Content types besides JSON. */
  alsoTakes: string[]
  /** How long it waits for a run unless the caller says otherwise; absent = it does not wait. */
  waits?: number
  /** `If-Match` guards it. */
  guarded: boolean
  /** It starts a run, whose own transaction holds the idempotency row. */
  startsRun: boolean
  /** Success replies by status. */
  reply: Record<number, z.ZodType>
  /** Refusals of its own, besides those that any route may give. */
  faults: FaultCode[]
  answer(world: World, call: Call<never, never, never>): Promise<Reply>
}

type Shape<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Pick<
  Route,
  | 'face'
  | 'method'
  | 'path'
  | 'summary'
  | 'auth'
  | 'scope'
  | 'role'
  | 'reply'
  | 'faults'
  | 'objects'
  | 'waits'
> & {
  params: P
  query: Q
  body?: B
  alsoTakes?: string[]
  guarded?: boolean
  startsRun?: boolean
  answer(world: World, call: Call<z.output<P>, z.output<Q>, z.output<B>>): Promise<Reply>
}

/** Makes a route; the types of `params`, `query` and `body` reach its answer. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  shape: Shape<P, Q, B>,
): Route {
  const { body = null, alsoTakes = [], guarded = false, startsRun = false, ...rest } = shape
  return { ...rest, body, alsoTakes, guarded, startsRun, answer: shape.answer as Route['answer'] }
}
