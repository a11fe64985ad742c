import type { ClientPlugin } from '../../shared/aws/clients.ts'

/** What serves the network alone: who calls, how long the body is, what was lost on the way. */
const forTheWire = [
  'contentLengthMiddleware',
  'getUserAgentMiddleware',
  'hostHeaderMiddleware',
  'httpAuthSchemeMiddleware',
  'httpSigningMiddleware',
  'loggerMiddleware',
  'omitRetryHeadersMiddleware',
  'recursionDetectionMiddleware',
  'retryMiddleware',
]

/** What the middleware that stays reads of its copies. */
const copied = new Set(['endpointProvider', 'isCustomEndpoint'])

/**
 * Takes out of a client what a call within the process has no use for (aws.md 6.7). Serializers and errors stay the SDK's own.
 *
 * Its middleware copies the whole configuration several times for each call, which takes longer than all else: what the
 * configuration inherits is not copied, and still found.
 */
export const shortWay: ClientPlugin = ({ config, middlewareStack }) => {
  for (const name of forTheWire) middlewareStack.remove(name)
  Object.setPrototypeOf(config, { ...config })
  for (const name of Object.keys(config)) if (!copied.has(name)) Reflect.deleteProperty(config, name)
}
