import type { JsonObject } from '../../world.ts'
import { isSigned } from '../rights.ts'
import type { Route } from '../route.ts'
import { membersOf } from './schemas.ts'

/** Parameters that many routes share, by the names of their components. */
export const sharedParameters: JsonObject = {
  wait: {
    name: 'wait',
    in: 'query',
    description: 'How many seconds to wait for the run; more than 25 counts as 25. It wins over Prefer.',
    schema: { type: 'integer', minimum: 0 },
  },
  prefer: {
    name: 'Prefer',
    in: 'header',
    description: 'wait=<seconds>, or respond-async for an answer at once.',
    schema: { type: 'string' },
    example: 'wait=10',
  },
  ifMatch: {
    name: 'If-Match',
    in: 'header',
    description: 'The ETag that was read: if it has changed since, nothing is done.',
    schema: { type: 'string' },
  },
  ifMatchRequired: {
    name: 'If-Match',
    in: 'header',
    required: true,
    description: 'The ETag that was read, or * for whatever there is.',
    schema: { type: 'string' },
  },
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'Makes the request repeatable: for 24 hours the same key gives the first answer again.',
    schema: { type: 'string', minLength: 1, maxLength: 257 },
  },
}

/** What goes into path, query and headers of a route. */
export function parametersOf(route: Route): JsonObject[] {
  const query = membersOf(route.query).filter(({ name }) => !(name === 'wait' && route.waits !== undefined))
  return [
    ...membersOf(route.params).map(({ name, schema }) => ({ name, in: 'path', required: true, schema })),
    ...query.map(({ name, required, schema }) => ({ name, in: 'query', required, schema })),
    ...sharedNamesOf(route).map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ]
}

function sharedNamesOf(route: Route): string[] {
  return [
    ...(route.waits === undefined || route.waitsByHeader ? [] : ['wait']),
    ...(route.waits === undefined ? [] : ['prefer']),
    ...(route.guarded === 'required' ? ['ifMatchRequired'] : route.guarded ? ['ifMatch'] : []),
    ...(isRepeatable(route) ? ['idempotencyKey'] : []),
  ]
}

/** True if the route reads `Idempotency-Key` for everybody. */
export function isRepeatable(route: Route): boolean {
  return route.method !== 'GET' && isSigned(route)
}
