import type * as z from 'zod'
import { release } from '../release.ts'
import type { JsonObject } from '../world.ts'
import { operationOf, repliesOf, securitySchemes } from './openapi/operation.ts'
import { sharedParameters } from './openapi/parameters.ts'
import { type Refusing, refusalsOf } from './openapi/refusals.ts'
import { jsonSchemaOf } from './openapi/schemas.ts'
import type { FaceName, Route } from './route.ts'

/** What a document says of a face. */
export interface FaceText {
  tag: string
  description: string
  /** The schema of its refusals, and its name among the components. */
  error: { name: string; schema: z.ZodType }
}

/** What a document is made of. */
export interface Described extends Pick<Refusing, 'wordsFor' | 'baseUrl'> {
  routes: readonly Route[]
  faces: Record<FaceName, FaceText>
}

/** An OpenAPI 3.1 document of some routes, read off their values. */
export function openApi({ routes, faces, wordsFor, baseUrl }: Described): JsonObject {
  const paths: Record<string, JsonObject> = {}
  const responses: JsonObject = {}
  const used = new Set<FaceText>()
  const refusing = { wordsFor, baseUrl, schemaFor: ({ face }: Route) => faces[face].error.name }
  for (const route of routes) {
    const face = faces[route.face]
    used.add(face)
    const refusals = refusalsOf(route, refusing, responses)
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: {
        ...operationOf(route, face.tag),
        // What a route itself answers is more exact than what its face says of the same status.
        responses: beside(refusals, repliesOf(route)),
      },
    }
  }
  const schemas = Object.fromEntries([...used].map(({ error }) => [error.name, jsonSchemaOf(error.schema)]))
  return {
    ...head(baseUrl, 'Sluice', 'Flows that wait: write them, publish them, run them, answer them.'),
    tags: [...used].map(({ tag, description }) => ({ name: tag, description })),
    paths,
    components: {
      securitySchemes: usedOnly(securitySchemes, 'securitySchemes', paths),
      parameters: usedOnly(sharedParameters, 'parameters', paths),
      responses,
      schemas,
    },
  }
}

/** How every document begins. */
export function head(baseUrl: string, title: string, description: string, version = release): JsonObject {
  return {
    openapi: '3.1.1',
    info: { title, description, version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: baseUrl }],
  }
}

/** A part of the product does not list what only others need. */
function usedOnly(all: JsonObject, kind: 'securitySchemes' | 'parameters', paths: JsonObject): JsonObject {
  const text = JSON.stringify(paths)
  const sign = (name: string) =>
    kind === 'parameters' ? `"#/components/parameters/${name}"` : `{"${name}":[`
  return Object.fromEntries(Object.entries(all).filter(([name]) => text.includes(sign(name))))
}

/** Replies, and refusals in their own content types where a status has both. */
function beside(refusals: JsonObject, replies: JsonObject): JsonObject {
  const both = Object.entries(replies).map(([status, reply]) => {
    const { content } = (refusals[status] ?? {}) as { content?: JsonObject }
    const own = reply as { content?: JsonObject }
    return [status, content && own.content ? { ...own, content: { ...own.content, ...content } } : reply]
  })
  return { ...refusals, ...Object.fromEntries(both) }
}
