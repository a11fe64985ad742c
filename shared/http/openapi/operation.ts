import type * as z from 'zod'
import type { JsonObject } from '../../world.ts'
import type { Route } from '../route.ts'
import { parametersOf } from './parameters.ts'
import { jsonSchemaOf } from './schemas.ts'

/** One route as an operation, without its refusals. */
export function operationOf(route: Route, tag: string): JsonObject {
  const parameters = parametersOf(route)
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [tag],
    security: securityOf(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === null ? {} : { requestBody: bodyOf(route, route.body) }),
  }
}

/**
 * Method and path as one word: `GET /v1/flow/{id}/versions` is `getFlowByIdVersions`. It changes only if the route does.
 */
export function operationId({ method, path }: Pick<Route, 'method' | 'path'>): string {
  const words = path
    .replace(/^\/v1\//, '/')
    .split(/[^A-Za-z0-9{]+/)
    .filter((word) => word !== '')
    .map((word) => (word.startsWith('{') ? `By${capital(word.slice(1))}` : capital(word)))
  return `${method.toLowerCase()}${words.join('')}`
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}

/** Names of the security schemes, and what each is (conventions.md §1). */
export const securitySchemes: JsonObject = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token, or an API key that has the scope listed with the operation.',
  },
  session: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token; API keys are refused.',
  },
  resumeToken: {
    type: 'apiKey',
    in: 'header',
    name: 'Resume-Token',
    description: 'What the starter of a shared run was given; it opens that run only.',
  },
}

function securityOf(route: Route): JsonObject[] {
  if (route.auth === 'open') return []
  if (route.auth === 'session') return [{ session: [] }]
  const bearer = { bearer: [route.scope] }
  return route.resumeToken === undefined ? [bearer] : [bearer, { resumeToken: [] }]
}

const file: JsonObject = {
  type: 'object',
  properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
  required: ['file'],
}

function bodyOf(route: Route, schema: z.ZodType): JsonObject {
  const json = jsonSchemaOf(schema)
  // Other forms of text are read by the answer itself.
  const others = route.alsoTakes.map((type) => [type, { schema: { type: 'string' } }])
  return {
    required: !schema.safeParse({}).success,
    content: {
      'application/json': { schema: json },
      ...Object.fromEntries(others),
      ...(route.takesFile === null
        ? {}
        : { 'multipart/form-data': { schema: route.raw ? { type: 'object' } : file } }),
    },
  }
}

/** What a route answers when it does not refuse, by status. */
export function repliesOf(route: Route): JsonObject {
  return Object.fromEntries(
    Object.entries(route.reply).map(([status, schema]) => [status, replyOf(route, status, schema)]),
  )
}

function replyOf(route: Route, status: string, schema: z.ZodType): JsonObject {
  const description = descriptions[status] ?? 'The answer'
  if (status === '204' || status === '303') return { description }
  const json = jsonSchemaOf(schema)
  const contents = route.replyTypes.map((type) => [
    type,
    { schema: type.endsWith('json') ? json : { type: 'string' } },
  ])
  return { description, content: Object.fromEntries(contents) }
}

const descriptions: Record<string, string> = {
  200: 'Done',
  201: 'Made',
  202: 'Taken: it goes on',
  204: 'Done; there is nothing to tell',
  303: 'Done: the page tells what was decided',
  503: 'Not well',
}
