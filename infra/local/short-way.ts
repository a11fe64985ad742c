import type { ClientPlugin } from '../../shared/aws/clients.ts'

/** What serves the network alone: who calls, how long the body is, what may be traced. */
const forTheWire = [
  'contentLengthMiddleware',
  'getUserAgentMiddleware',
  'hostHeaderMiddleware',
  'httpAuthSchemeMiddleware',
  'httpSigningMiddleware',
  'loggerMiddleware',
  'recursionDetectionMiddleware',
]

/** The SDK's own protocol: the serializers, deserializers and errors of one service. */
interface Protocol {
  serializeRequest(operation: object, input: unknown, context: object): Promise<unknown>
  deserializeResponse(operation: object, context: object, response: unknown): Promise<unknown>
}

/** An operation as the SDK describes it to the middleware of its command. */
type OperationSchema = [
  kind: number,
  namespace: string,
  name: string,
  traits: object,
  input: object,
  output: object,
]

interface Context {
  __smithy_context: { operationSchema: OperationSchema }
}

type Handler = (args: Record<string, unknown>) => Promise<{ response: unknown; output: unknown }>
type Middleware = (next: Handler, context: Context) => Handler

/**
 * Takes out of a client what a call within the process has no use for (aws.md 6.7). Serializers, retries and errors stay the
 * SDK's own; but its middleware around them copies the whole configuration for each call, which takes longer than they do.
 */
export const shortWay: ClientPlugin = ({ config, middlewareStack }) => {
  for (const name of forTheWire) middlewareStack.remove(name)
  const protocol = config.protocol as Protocol
  const serialize: Middleware = (next, context) => async (args) => {
    const request = await protocol.serializeRequest(operationOf(context), args.input, config)
    return await next({ ...args, request })
  }
  const deserialize: Middleware = (next, context) => async (args) => {
    const { response } = await next(args)
    return { response, output: await protocol.deserializeResponse(operationOf(context), config, response) }
  }
  const instead = (step: string, middleware: Middleware) =>
    middlewareStack.add(middleware as never, { step, name: `${step}rMiddleware`, override: true } as never)
  instead('serialize', serialize)
  instead('deserialize', deserialize)
}

function operationOf({ __smithy_context: { operationSchema } }: Context): object {
  const [, namespace, name, traits, input, output] = operationSchema
  return { namespace, name, traits, input, output }
}
