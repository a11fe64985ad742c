import type { Graph } from '../../definitions/graph.ts'
import type { Owner } from '../../store/machines.ts'
import type { Write } from '../../store/transact.ts'
import { offerWebhook } from '../../store/webhook-triggers.ts'
import { webhooksOf } from './trigger.ts'

/** Makes the addresses of a version's webhook triggers known, in the transaction that publishes it. */
export function offerWebhooks({ orgId, flowId }: Owner, graph: Graph): Write[] {
  return webhooksOf(graph).map(({ id }) => offerWebhook({ orgId, flowId, webhookId: id }))
}
