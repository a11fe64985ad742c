import type * as z from 'zod'
import type { Guard } from '../core/flow-guard.ts'
import type { Principal } from '../core/principal.ts'
import type { IdempotencyKey } from '../core/requests.ts'
import type { Role, Scope } from '../core/roles.ts'
import type { FaultCode } from '../faults.ts'
import type { World } from '../world.ts'
import type { ObjectKind } from './objects.ts'

/** Faces by the name of their door in `functions/`. */
export type FaceName =
  | 'client'
  | 'dashboard'
  | 'journeys'
  | 'headless'
  | 'hooks'
  | 'runner'
  | 'executions'
  | 'own'

/** Methods that routes may have; `HEAD` and `OPTIONS` follow from them. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What an answer function is given: everything is parsed and allowed. */
export interface Call<P, Q, B> {
  /** Only on open routes it is nobody; those do not look at it. */
  principal: Principal
  params: P
  query: Q
  body: B
  /** Bytes of the file, where the body was a form; `body` tells its name, type and size. */
  content?: Uint8Array
  /** How long the caller waits for a run, in seconds, 0-25. */
  waitSeconds: number
  /** What the caller has seen, from `If-Match`. */
  guard: Guard
  /** Present on routes that start runs: goes into the run's own transaction. */
  idempotency?: IdempotencyKey
  /** Makes and opens cursors of this list. */
  cursor: Cursors
  /** The trace that this request is part of (W3C). */
  traceparent: string
  /** Every route there is, for those that describe the others. */
  table(): Promise<readonly Route[]>
  /** The path as it came. */
  path: string
  /** The caller's address, as the gateway knows it. */
  address: string
  /** A header of the request, by its name in lower case. */
  header(name: string): string | undefined
  /** All of them, for a route that keeps some. */
  headers: Readonly<Record<string, string>>
  /** The credential as it came; only for routes that judge it themselves. */
  token: string
}

/** Sealed places in a list, bound to organisation, route and filters (conventions.md §5). */
export interface Cursors {
  seal(position: unknown): Promise<string>
  /** @throws {Fault} `invalid_request` */
  open<T>(text: string): Promise<T>
}

/** The run that an answer is about. */
export interface AboutRun {
  id: string
  /** The inside word. */
  status: string
  /** null for a run of the draft. */
  version: number | null
}

/** What goes out. */
export interface Reply {
  /** @default 200 */
  status?: number
  /** JSON; undefined = no body. */
  body?: unknown
  /** A body that is no JSON, instead of `body`. */
  text?: { contentType: string; content: string }
  headers?: Record<string, string>
  /** Strong or weak; answered as 304 to `If-None-Match`. */
  etag?: string
  location?: string
  /** Cursor of the next page: becomes the `Link` header, with the filters of this request. */
  next?: string | null
  run?: AboutRun
  replayed?: boolean
}

/** Who may call: an open route asks for nothing, a bearer route for a scope, a session route for a person. */
export type Right =
  | { auth: 'open'; scope: null; role: null }
  | {
      auth: 'bearer'
      scope: Scope
      role: Role
      /** The starter of a shared run may call, with its `Resume-Token`; the parameter that names the run. */
      resumeToken?: string
      /** Parameter that names an account: with his own, whoever is signed in may have to do. The core says what. */
      ownAccount?: string
    }
  | {
      auth: 'session'
      scope: null
      role: Role
      /** What an API key is told. @default 'forbidden' */
      keysAre?: 'unauthorized' | 'forbidden'
      /** The answer judges the token itself: it may be one that opens nothing else any more. @default false */
      judgesToken?: true
    }

/** One route: contract and answer together. OpenAPI, the gateway and the matrices of tests read the same fields. */
export type Route = Right & {
  face: FaceName
  method: Method
  /** With parameters in braces, e.g. `/v1/flow/{id}`. */
  path: string
  summary: string
  /** Which kind of object each path parameter names. */
  objects: Record<string, ObjectKind>
  params: z.ZodType
  query: z.ZodType
  /** null = the route takes no body, and what is sent is not read. */
  body: z.ZodType | null
  /** Content types besides JSON. */
  alsoTakes: readonly string[]
  /** Content types of its replies. */
  replyTypes: readonly string[]
  /** Largest file in bytes that may come as `multipart/form-data` in place of JSON; null = none. */
  takesFile: number | null
  /** The body comes as bytes: the answer checks them before it reads what they say (`raw-body.ts`). */
  raw: boolean
  /** How long it waits for a run unless the caller says otherwise, in seconds; absent = it does not wait. */
  waits?: number
  /** Its seed has no `wait` in the query: only the header `Prefer` shortens the wait. */
  waitsByHeader?: boolean
  /** `If-Match` guards it; `required` = without it nothing is changed. */
  guarded: boolean | 'required'
  /** It starts a run, whose own transaction holds the idempotency row. */
  startsRun: boolean
  /** What this very request needs besides the route's scope. */
  alsoNeeds(body: unknown): Scope[]
  /** Replies by status. */
  reply: Record<number, z.ZodType>
  /** Refusals of its own, besides `commonFaults`. */
  faults: readonly FaultCode[]
  answer(world: World, call: Call<never, never, never>): Promise<Reply>
}

/** Refusals that any route may give (dashboard.md §2). */
export const commonFaults: readonly FaultCode[] = [
  'invalid_request',
  'method_not_allowed',
  'request_timeout',
  'unauthorized',
  'forbidden',
  'not_found',
  'payload_too_large',
  'unsupported_media_type',
  'validation_failed',
  'rate_limited',
  'idempotency_in_progress',
  'idempotency_key_reused',
  'internal_error',
  'unavailable',
]

type ParameterOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never

type Shape<Path extends string, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Pick<
  Route,
  'face' | 'method' | 'summary' | 'reply' | 'faults' | 'waits' | 'waitsByHeader'
> & {
  path: Path
  /** Every parameter of the path must say what it names. */
  objects: Record<ParameterOf<Path>, ObjectKind>
  params: P
  query: Q
  body?: B
  alsoTakes?: readonly string[]
  /** @default JSON alone */
  replyTypes?: readonly string[]
  takesFile?: number
  raw?: boolean
  guarded?: boolean | 'required'
  startsRun?: boolean
  alsoNeeds?(body: z.output<B>): Scope[]
  answer(world: World, call: Call<z.output<P>, z.output<Q>, z.output<B>>): Promise<Reply>
}

const json = ['application/json']

/** Makes a route; the types of `params`, `query` and `body` reach its answer. */
export function route<
  const Path extends string,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType = z.ZodUndefined,
>(shape: Shape<Path, P, Q, B> & Right): Route {
  const { body = null, alsoTakes = [], takesFile = null, raw = false, ...flags } = shape
  const { guarded = false, startsRun = false, replyTypes = json, alsoNeeds, ...rest } = flags
  return {
    ...rest,
    body,
    alsoTakes,
    replyTypes,
    takesFile,
    raw,
    guarded,
    startsRun,
    alsoNeeds: (alsoNeeds ?? (() => [])) as Route['alsoNeeds'],
    answer: shape.answer as Route['answer'],
  }
}
