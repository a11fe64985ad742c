import { expect, test } from 'vitest'
import * as z from 'zod'
import { route } from '../../shared/http/route.ts'

const toy = {
  face: 'own',
  method: 'GET',
  summary: 'A toy',
  query: z.strictObject({}),
  reply: { 200: z.unknown() },
  answer: async () => ({}),
} as const
const right = { auth: 'bearer', scope: 'flows:read', role: 'viewer' } as const
const params = z.strictObject({ id: z.string() })

test('a route keeps what it was made of, with what was left out filled in', () => {
  const made = route({ ...toy, ...right, path: '/toys/{id}', objects: { id: 'flow' }, params, faults: [] })

  expect(made).toMatchObject({ ...right, path: '/toys/{id}', body: null, alsoTakes: [], guarded: false })
  expect(made.alsoNeeds(undefined)).toEqual([])
})

test('A2 a route without its objects, its right or its refusals cannot be written', () => {
  // @ts-expect-error no faults
  route({ ...toy, ...right, path: '/toys/{id}', objects: { id: 'flow' }, params })
  // @ts-expect-error no objects
  route({ ...toy, ...right, path: '/toys/{id}', params, faults: [] })
  // @ts-expect-error the path's id is of no kind
  route({ ...toy, ...right, path: '/toys/{id}', objects: {}, params, faults: [] })
  // @ts-expect-error no scope
  route({ ...toy, auth: 'bearer', role: 'viewer', path: '/toys', objects: {}, params, faults: [] })
  // @ts-expect-error a bearer route that anybody may use
  route({ ...toy, auth: 'bearer', scope: null, role: null, path: '/toys', objects: {}, params, faults: [] })
  // @ts-expect-error no role
  route({ ...toy, auth: 'bearer', scope: 'flows:read', path: '/toys', objects: {}, params, faults: [] })

  expect.assertions(0)
})

test('the types of params, query and body reach the answer', () => {
  const made = route({
    ...toy,
    ...right,
    path: '/toys/{id}',
    objects: { id: 'flow' },
    params,
    query: z.strictObject({ limit: z.string().transform(Number) }),
    body: z.strictObject({ name: z.string() }),
    faults: [],
    async answer(_world, call) {
      const typed: [string, number, string] = [call.params.id, call.query.limit, call.body.name]
      return { body: typed }
    },
  })

  expect(made.body).not.toBeNull()
})
