import { instant } from '../../aws/clock.ts'
import { putFlowLine } from '../../store/flow-lines.ts'
import { getFlow } from '../../store/flows.ts'
import { getWebhooks, noteReceived } from '../../store/webhook-triggers.ts'
import type { World } from '../../world.ts'
import { answering } from '../refusal.ts'
import { noFlow } from '../version-faults.ts'
import { resolveVersion } from '../versions.ts'
import { type Verify, webhooksOf } from './trigger.ts'

/** A webhook address as it is shown. */
export interface WebhookView {
  id: string
  /** `bearer` = the sender has a credential of this service. */
  verify: Verify['kind'] | 'bearer'
  /** The latest version, which has it. */
  version: number
  lastReceivedAt: string | null
  /** HTTP status of the latest answer. */
  lastStatus: number | null
}

/** The webhook addresses of a flow: those of its latest version, none if nothing is published. @throws {Fault} `not_found` */
export async function listWebhooks(world: World, orgId: string, flowId: string): Promise<WebhookView[]> {
  return await answering(world, async () => {
    const flow = await getFlow(world, orgId, flowId)
    if (flow === null) throw noFlow()
    if (flow.latestVersion === null) return []
    const { graph, version } = await resolveVersion(world, orgId, flowId, 'latest')
    const triggers = webhooksOf(graph)
    if (triggers.length === 0) return []
    const rows = await getWebhooks(
      world,
      flowId,
      triggers.map(({ id }) => id),
    )
    return triggers.map(({ id, verify }) => ({
      id,
      verify: verify?.kind ?? 'bearer',
      version: version ?? 0,
      lastReceivedAt: rows.get(id)?.lastReceivedAt ?? null,
      lastStatus: rows.get(id)?.lastStatus ?? null,
    }))
  })
}

/**
 * Notes how the latest delivery was answered; a refusal also stands in the flow's log, once a minute however many come. What
 * was done is answered, also if this cannot be noted.
 */
export async function noteAnswer(
  world: World,
  address: { flowId: string; webhookId: string },
  status: number,
  refusal?: string,
): Promise<void> {
  const at = instant(world.clock.now())
  try {
    const place = await noteReceived(world, address, { at, status })
    if (place === null || refusal === undefined) return
    const { orgId, flowId, webhookId } = place
    const message = `Webhook ${webhookId} refused: ${refusal}`
    const data = { level: 'warn', message, data: { webhook: webhookId, status, code: refusal } }
    await putFlowLine(world, orgId, flowId, `${webhookId}-${refusal}-${at.slice(0, 16)}`, { at, data })
  } catch (error) {
    world.log.warn('The answer to a webhook could not be noted', { error: (error as Error).name })
  }
}
