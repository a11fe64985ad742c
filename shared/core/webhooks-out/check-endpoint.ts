import { isIP } from 'node:net'
import { blockedAddresses, judgeUrl } from '../../aws/outbound-rules.ts'
import { Fault, type Issue } from '../../faults.ts'
import { StepError } from '../../step-error.ts'
import { getFlow } from '../../store/flows.ts'
import type { World } from '../../world.ts'

/** What may be said of an endpoint; what is absent stays. */
export interface EndpointWish {
  url?: string | undefined
  events?: string[] | undefined
  flowIds?: string[] | null | undefined
  description?: string | null | undefined
  disabled?: boolean | undefined
}

/** @throws {Fault} `validation_failed` for an address that may not be called, and for flows that are not there. */
export async function checkEndpoint(world: World, orgId: string, wish: EndpointWish): Promise<void> {
  const { url, flowIds } = wish
  const issues = [
    ...(url === undefined ? [] : urlIssues(world, url)),
    ...(await flowIssues(world, orgId, flowIds ?? [])),
  ]
  if (issues.length > 0) throw new Fault('validation_failed', 'The endpoint cannot be like this', { issues })
}

/** The form of the address; where a name leads is judged by the outbound guard at each try. */
function urlIssues({ settings }: World, text: string): Issue[] {
  const refuse = (message: string): Issue[] => [{ path: '/url', code: 'not_allowed', message }]
  try {
    const { url, allowed } = judgeUrl(text, settings.outboundAllow)
    if (allowed) return []
    if (url.protocol !== 'https:') return refuse('give an https address')
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const family = isIP(host)
    if (family !== 0 && blockedAddresses.check(host, family === 6 ? 'ipv6' : 'ipv4'))
      return refuse('give a public address')
    return []
  } catch (error) {
    if (error instanceof StepError) return refuse(error.message)
    throw error
  }
}

async function flowIssues(world: World, orgId: string, flowIds: string[]): Promise<Issue[]> {
  const found = await Promise.all(flowIds.map((id) => getFlow(world, orgId, id)))
  return found.flatMap((flow, at) =>
    flow === null ? [{ path: `/flowIds/${at}`, code: 'unknown_flow', message: 'there is no such flow' }] : [],
  )
}
