import type { FlowContract } from '../../core/flow-contract.ts'
import { liftDefinitions } from '../../http/openapi/lift-definitions.ts'
import { jsonSchemaOf } from '../../http/openapi/schemas.ts'
import { head, openApi } from '../../http/openapi.ts'
import type { Route } from '../../http/route.ts'
import type { JsonObject } from '../../world.ts'
import { waitingAnswer } from '../dashboard/run-answer.ts'
import { faceTexts } from '../face-texts.ts'
import { wordsFor } from '../words-for.ts'

const client = '/v1/client/flow/{id}/execute'
const internal = '/v1/flow/execute/{id}'
const share = '/v1/flow/share/execute/{token}'

/** What ends the operation's id, by path: three operations of a document have three ids. */
const endings: Record<string, string> = { [client]: '', [internal]: '_internal', [share]: '_shared' }

/**
 * The OpenAPI document of one flow: the routes that run it, with its own inputs and output (conventions.md §9). What no
 * trigger of the flow allows is left out.
 *
 * @param pinned the version was named by its number, so that is what the calls run.
 */
export function flowDocument(
  routes: readonly Route[],
  contract: FlowContract,
  { baseUrl, pinned }: { baseUrl: string; pinned: boolean },
): JsonObject {
  const { flowId, version, name, notes, triggers } = contract
  const wanted = [
    ...(triggers.includes('api') ? [client] : []),
    internal,
    ...(triggers.includes('form') ? [share] : []),
  ]
  const chosen = routes.filter(({ path }) => wanted.includes(path))
  const document = openApi({ routes: chosen, faces: faceTexts, wordsFor, baseUrl })
  const { paths, components } = document as { paths: Record<string, JsonObject>; components: JsonObject }
  const written = wanted.map((path) => {
    const operation = paths[path]?.post as JsonObject
    return [path.replace('{id}', flowId), { post: ofFlow(operation, path, contract, pinned) }]
  })
  return {
    ...document,
    ...head(baseUrl, name, notes ?? `Version ${version} of the flow ${name}`, String(version)),
    paths: Object.fromEntries(written),
    components: {
      ...components,
      schemas: { ...(components.schemas as JsonObject), ...schemasOf(contract) },
    },
  }
}

function ofFlow(operation: JsonObject, path: string, contract: FlowContract, pinned: boolean): JsonObject {
  const { name, version } = contract
  const parameters = (operation.parameters as JsonObject[]).filter(
    (one) => one.name !== 'id' && one.name !== 'version',
  )
  const named = { name: 'version', in: 'query', required: true, schema: { enum: [String(version)] } }
  return {
    ...operation,
    operationId: `run_${snakeCase(name)}${endings[path]}`,
    summary: `Run ${name}`,
    parameters: path === client && pinned ? [...parameters, named] : parameters,
    requestBody: bodyOf(path === internal, contract, pinned),
    responses: {
      ...(operation.responses as JsonObject),
      200: {
        description: 'What the flow gives, or the question that it waits for',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Answer' } } },
      },
    },
  }
}

function bodyOf(
  isInternal: boolean,
  { inputs, example, version }: FlowContract,
  pinned: boolean,
): JsonObject {
  const needed = (inputs.required as string[]).length > 0
  const own = { $ref: '#/components/schemas/Inputs' }
  if (!isInternal) return { required: needed, content: { 'application/json': { schema: own, example } } }
  const required = [...(needed ? ['inputs'] : []), ...(pinned ? ['version'] : [])]
  const properties = {
    inputs: own,
    returnExecutionMetadata: { type: 'boolean' },
    wait: { type: 'integer', minimum: 0, maximum: 25 },
    ...(pinned ? { version: { const: version } } : {}),
  }
  const schema = { type: 'object', properties, required, additionalProperties: false }
  const shown = { inputs: example, ...(pinned ? { version } : {}) }
  return { required: required.length > 0, content: { 'application/json': { schema, example: shown } } }
}

function schemasOf({ inputs, output }: FlowContract): JsonObject {
  const given = { $ref: '#/components/schemas/Output' }
  return {
    Inputs: inputs,
    ...liftDefinitions(output ?? {}, 'Output'),
    Waiting: jsonSchemaOf(waitingAnswer),
    Completed: {
      type: 'object',
      description: 'The output with the run that gave it, if returnExecutionMetadata is true.',
      properties: {
        status: { const: 'completed' },
        appRunId: { type: 'string', format: 'uuid' },
        output: given,
      },
      required: ['status', 'appRunId', 'output'],
    },
    Answer: {
      anyOf: [given, { $ref: '#/components/schemas/Completed' }, { $ref: '#/components/schemas/Waiting' }],
    },
  }
}

/** `Renewal risk` is `renewal_risk`; a name without Latin letters and digits is `flow`. */
function snakeCase(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .match(/[a-z0-9]+/g)
  return words === null ? 'flow' : words.join('_')
}
