import { Fault, type FaultCode } from '../../faults.ts'
import type { JsonObject } from '../../world.ts'
import { commonFaults, type Route } from '../route.ts'
import { publicCode, type Words } from '../words.ts'
import { isRepeatable } from './parameters.ts'

/** How the refusals of a route are written. */
export interface Refusing {
  /** The words of the face that a path belongs to. */
  wordsFor(path: string): Words
  /** Name of the schema of its refusals among the components. */
  schemaFor(route: Route): string
  baseUrl: string
}

/**
 * The refusals of a route by status, as references; what they refer to goes into `components`. Statuses and content types
 * are those that the face's own words give. A status that the route also answers with stands as it is.
 */
export function refusalsOf(route: Route, refusing: Refusing, components: JsonObject): JsonObject {
  const words = refusing.wordsFor(route.path)
  const byStatus = new Map<number, { codes: Set<string>; contentType: string }>()
  for (const code of faultsOf(route)) {
    const about = { requestId: 'req_', path: route.path, baseUrl: refusing.baseUrl }
    const { status, contentType } = words(new Fault(code, code), about)
    const group = byStatus.get(status) ?? { codes: new Set(), contentType }
    byStatus.set(status, { ...group, codes: group.codes.add(publicCode(code)) })
  }
  const schema = refusing.schemaFor(route)
  return Object.fromEntries(
    [...byStatus].map(([status, { codes, contentType }]) => {
      const sorted = [...codes].sort()
      const name = [schema, status, ...sorted].join('.')
      const refusal = {
        description: sorted.join(', '),
        content: { [contentType]: { schema: { $ref: `#/components/schemas/${schema}` } } },
      }
      // What the route also answers in a form of its own is described beside that one.
      if (status in route.reply) return [String(status), refusal]
      components[name] = refusal
      return [String(status), { $ref: `#/components/responses/${name}` }]
    }),
  )
}

/** Of the refusals that any route may give, those that this one can. */
function faultsOf(route: Route): FaultCode[] {
  const never = new Set<FaultCode>(['method_not_allowed'])
  if (route.auth === 'open') for (const code of credential) never.add(code)
  if (route.body === null) for (const code of ofBodies) never.add(code)
  if (!isRepeatable(route)) for (const code of ofKeys) never.add(code)
  return [...commonFaults.filter((code) => !never.has(code)), ...route.faults]
}

const credential = ['unauthorized', 'forbidden'] as const
const ofBodies = ['payload_too_large', 'unsupported_media_type', 'request_timeout'] as const
const ofKeys = ['idempotency_in_progress', 'idempotency_key_reused'] as const
