import * as z from 'zod'
import type { Json, JsonObject } from '../world.ts'
import { headerMap } from './headers.ts'
import { address, anything, templated, text } from './params.ts'
import type { TurnTool } from './turns.ts'

/** Tools that one turn may want used: what is more is told to the model as a failure. */
export const callsPerTurn = 8

/** What every tool tells the model. */
const told = {
  name: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
      'Expected a name of letters, digits, - and _, at most 64 characters',
    ),
  description: z.string().max(4000).optional(),
  parameters: z.record(z.string(), anything).optional(),
}

const client = z.strictObject({ type: z.literal('client'), ...told })
const flow = z.strictObject({
  type: z.literal('flow'),
  ...told,
  flowId: text,
  version: z.union([z.int().min(1), z.literal('latest')]).optional(),
})
const http = z.strictObject({
  type: z.literal('http'),
  ...told,
  url: address,
  method: z
    .string()
    .regex(/^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/i, 'Expected an HTTP method')
    .optional(),
  headers: headerMap.optional(),
  query: templated(z.record(z.string(), anything)).optional(),
  body: anything.optional(),
})

type Http = z.infer<typeof http>

const tool = z.discriminatedUnion('type', [client, flow, http])

/** A tool as an author writes it. */
export type WrittenTool = z.infer<typeof tool>

/** The tools of an agent: each has a name of its own, and uses what the model gives it. */
export const tools = z
  .array(tool)
  .max(32)
  .check((context) => {
    const names = context.value.map(({ name }) => name)
    const say = (message: string, path: (string | number)[]) =>
      context.issues.push({ code: 'custom', message, path, input: context.value })
    for (const [index, one] of context.value.entries()) {
      if (names.indexOf(one.name) < index) say(`Two tools are called ${one.name}`, [index, 'name'])
      if (one.type === 'http' && wastesArgs(one))
        say('Nothing uses what the model gives: put {{args.name}} into url, headers, query or body', [index])
    }
  })

/** What the model is told of a tool: nothing of where it leads. */
export function toldTool({ name, description, parameters }: WrittenTool): JsonObject {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    parameters: (parameters ?? { type: 'object', properties: {} }) as Json,
  }
}

/** How a tool is used: as the step that does the same, with `args` in place of what the model gives. */
export function turnTool(written: WrittenTool): TurnTool {
  const { name } = written
  if (written.type === 'client')
    return { name, how: 'ask', type: 'client-tool', args: { toolName: name, parameters: '{{args}}' } }
  if (written.type === 'flow') {
    const { flowId, version } = written
    const args = { flowId, ...(version === undefined ? {} : { version }), inputs: '{{args}}' }
    return { name, how: 'subflow', type: 'flow', args }
  }
  return { name, how: 'work', type: 'http.request', args: httpArgs(written), gives: httpAnswer }
}

/**
 * What the model gives stands where the author put `args`. Where he put it nowhere, it is the query of a call without a
 * body, and the body of any other.
 */
function httpArgs(written: Http): JsonObject {
  const { url, method = 'GET', headers, query, body } = written
  const given: JsonObject = placesArgs(written) ? {} : { [roomOf(written)]: '{{args}}' }
  return {
    url,
    method,
    ...(headers === undefined ? {} : { headers: headers as Json }),
    ...given,
    ...(query === undefined ? {} : { query: query as Json }),
    ...(body === undefined ? {} : { body: body as Json }),
    // What a service says about a wrong call is what a model can put right.
    rows: ['client_error'],
  }
}

function placesArgs({ url, headers, query, body }: Http): boolean {
  return /\{\{[^}]*\bargs\b/.test(JSON.stringify([url, headers, query, body]))
}

/** Where what the model gives goes by itself. */
function roomOf({ method = 'GET' }: Http): 'query' | 'body' {
  return /^(GET|HEAD|DELETE|OPTIONS)$/i.test(method) ? 'query' : 'body'
}

/** The author has filled that room otherwise. */
function wastesArgs(written: Http): boolean {
  const { properties } = written.parameters ?? {}
  return properties !== undefined && !placesArgs(written) && written[roomOf(written)] !== undefined
}

/** Headers and times are not the model's business. */
function httpAnswer(result: string): string {
  return `{"status": ${result}.status_code, "body": ${result}.body}`
}
