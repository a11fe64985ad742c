import * as z from 'zod'
import { Fault } from '../../shared/faults.ts'
import { digits, flag } from '../../shared/http/query.ts'
import { type Call, type Reply, type Route, route } from '../../shared/http/route.ts'
import type { Served } from '../../shared/http/serve.ts'
import type { Words } from '../../shared/http/words.ts'

/** Words that hide nothing, for tests of what all faces share. */
export const plainWords: Words = ({ code, status, message, details }, { requestId }) => ({
  status,
  contentType: 'application/json',
  body: { code, message, details, requestId },
})

/** What the toy routes were called with, and what they do besides. */
export class Toy {
  readonly calls: Call<unknown, unknown, unknown>[] = []
  /** What the next answer is. */
  reply: () => Promise<Reply> = async () => ({ body: { fine: true } })

  get last(): Call<unknown, unknown, unknown> {
    return this.calls.at(-1)!
  }

  answer = async (_world: unknown, call: unknown): Promise<Reply> => {
    this.calls.push(call as Call<unknown, unknown, unknown>)
    return await this.reply()
  }
}

const none = z.strictObject({})
const id = z.strictObject({ id: z.string().regex(/^[a-f0-9-]{36}$/) })
const anything = { 200: z.unknown() }
const toyShape = { face: 'own', summary: 'A toy', reply: anything, faults: [] } as const

/** Routes of every kind, on one toy. */
export function toyRoutes(toy: Toy): Route[] {
  const { answer } = toy
  const reads = { ...toyShape, auth: 'bearer', scope: 'flows:read', role: 'viewer', answer } as const
  const writes = { ...toyShape, auth: 'bearer', scope: 'flows:write', role: 'user', answer } as const
  return [
    route({
      ...reads,
      method: 'GET',
      path: '/toys',
      objects: {},
      params: none,
      query: z.strictObject({
        limit: digits(1, 100).optional(),
        q: z.string().optional(),
        tag: z.union([z.string(), z.array(z.string())]).optional(),
        big: flag.optional(),
        cursor: z.string().optional(),
      }),
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/toys',
      objects: {},
      params: none,
      query: z.object({}),
      body: z.strictObject({
        name: z.string(),
        size: z.number().optional(),
        nested: z.record(z.string(), z.json()).optional(),
      }),
    }),
    route({ ...reads, method: 'GET', path: '/toys/{id}', objects: { id: 'flow' }, params: id, query: none }),
    route({
      ...writes,
      method: 'PATCH',
      path: '/toys/{id}',
      objects: { id: 'flow' },
      params: id,
      query: none,
      body: z.object({ name: z.string().optional() }),
      guarded: true,
      alsoNeeds: ({ name }) => (name === 'admin' ? ['accounts:admin'] : []),
    }),
    route({
      ...writes,
      method: 'DELETE',
      path: '/toys/{id}',
      objects: { id: 'flow' },
      params: id,
      query: none,
    }),
    route({ ...reads, method: 'GET', path: '/toys/special', objects: {}, params: none, query: none }),
    route({
      ...writes,
      method: 'POST',
      path: '/toys/{id}/run',
      objects: { id: 'flow' },
      params: id,
      query: z.strictObject({}),
      body: z.record(z.string(), z.json()),
      waits: 25,
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/toys/text',
      objects: {},
      params: none,
      query: none,
      body: z.union([z.string(), z.record(z.string(), z.json())]),
      alsoTakes: ['application/yaml', 'text/yaml'],
    }),
    route({
      ...toyShape,
      auth: 'session',
      scope: null,
      role: 'viewer',
      method: 'POST',
      path: '/me',
      objects: {},
      params: none,
      query: none,
      answer,
    }),
    route({
      ...toyShape,
      auth: 'open',
      scope: null,
      role: null,
      method: 'GET',
      path: '/open',
      objects: {},
      params: none,
      query: z.object({}),
      answer,
    }),
    route({
      ...toyShape,
      auth: 'open',
      scope: null,
      role: null,
      method: 'POST',
      path: '/open',
      objects: {},
      params: none,
      query: none,
      body: z.record(z.string(), z.json()),
      answer,
    }),
    route({
      ...toyShape,
      auth: 'bearer',
      scope: 'flows:read',
      role: 'viewer',
      method: 'GET',
      path: '/list',
      objects: {},
      params: none,
      query: z.object({ cursor: z.string().optional(), tag: z.string().optional() }),
      async answer(_world, { query, cursor }) {
        const at = query.cursor === undefined ? 0 : await cursor.open<number>(query.cursor)
        return { body: { at }, next: await cursor.seal(at + 1) }
      },
    }),
  ]
}

export function toyServed(toy: Toy): Served {
  return { routes: toyRoutes(toy), wordsFor: () => plainWords }
}

/** A refusal that a toy may give. */
export function refusing(code: ConstructorParameters<typeof Fault>[0], details = {}): () => Promise<Reply> {
  return async () => {
    throw new Fault(code, 'The toy refuses', details)
  }
}
