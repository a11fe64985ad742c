import { Fault } from '../../faults.ts'
import { transact } from '../../store/transact.ts'
import {
  type DeliveryRow,
  getDelivery,
  type NewDelivery,
  putDelivery,
  readDeliveries,
} from '../../store/webhook-deliveries.ts'
import type { EndpointRow } from '../../store/webhook-endpoints.ts'
import type { World } from '../../world.ts'
import type { Author } from '../flow-change.ts'
import { answering } from '../refusal.ts'
import { ulidsBetween } from './delivery-ids.ts'
import { told } from './endpoints.ts'
import { needEndpoint } from './find-endpoint.ts'

/** A delivery as it is shown. */
export type DeliveryView = Pick<DeliveryRow, 'id' | 'eventId' | 'type' | 'status' | 'attempts' | 'nextAt'>

/** Which deliveries. */
export interface DeliveryQuery {
  status?: DeliveryRow['status'] | undefined
  /** Instants. */
  from?: string | undefined
  to?: string | undefined
  limit: number
  /** Begin after this delivery. */
  after?: string | undefined
}

/** Rows that are looked through for one page. */
const mostLooked = 2000
const farMs = 2 ** 47

/** Deliveries of an endpoint, newest first. A filtered page may hold fewer and still have more. @throws {Fault} `not_found` */
export async function listDeliveries(
  world: World,
  orgId: string,
  endpointId: string,
  { status, from, to, limit, after }: DeliveryQuery,
): Promise<{ deliveries: DeliveryView[]; next: string | null }> {
  return await answering(world, async () => {
    await needEndpoint(world, orgId, endpointId)
    const range = ulidsBetween(from ? Date.parse(from) : 0, to ? Date.parse(to) : farMs)
    const most = after !== undefined && after < range.most ? after : range.most
    // The table refuses a span that ends before it begins.
    if (most < range.least) return { deliveries: [], next: null }
    const deliveries: DeliveryView[] = []
    let looked = 0
    let last: string | null = null
    for await (const row of readDeliveries(world, orgId, endpointId, { ...range, most })) {
      if (row.id === after) continue
      if (deliveries.length === limit || looked === mostLooked) return { deliveries, next: last }
      looked++
      last = row.id
      if (status === undefined || row.status === status) deliveries.push(viewOf(row))
    }
    return { deliveries, next: null }
  })
}

/**
 * Sends an endpoint something that tells of nothing, to try it out.
 *
 * @throws {Fault} `not_found`; `conflict` reason `endpoint_disabled`.
 */
export async function testEndpoint(world: World, author: Author, endpointId: string): Promise<string> {
  return await answering(world, async () => {
    const endpoint = await needEnabled(world, author.orgId, endpointId)
    const timestamp = new Date(world.clock.now()).toISOString()
    const body = JSON.stringify({ type: 'webhook.test', timestamp, data: { endpointId } })
    const sent = { eventId: world.ids.uuid(), type: 'webhook.test', body }
    return await add(world, author, endpoint, 'tested', sent)
  })
}

/**
 * Sends a delivery again, as a new one: the same event with the same id and body, whatever came of the first.
 *
 * @throws {Fault} `not_found`; `conflict` reason `endpoint_disabled`.
 */
export async function replayDelivery(
  world: World,
  author: Author,
  endpointId: string,
  id: string,
): Promise<string> {
  return await answering(world, async () => {
    const row = await getDelivery(world, author.orgId, endpointId, id)
    const endpoint = await needEnabled(world, author.orgId, endpointId)
    if (row === null) throw new Fault('not_found', 'There is no such delivery')
    const { eventId, type, body } = row
    return await add(world, author, endpoint, 'replayed', { eventId, type, body })
  })
}

async function needEnabled(world: World, orgId: string, endpointId: string): Promise<EndpointRow> {
  const endpoint = await needEndpoint(world, orgId, endpointId)
  if (!endpoint.disabled) return endpoint
  throw new Fault('conflict', 'The endpoint is disabled', { reason: 'endpoint_disabled' })
}

async function add(
  world: World,
  author: Author,
  { orgId, id: endpointId }: EndpointRow,
  action: string,
  sent: Pick<NewDelivery, 'eventId' | 'type' | 'body'>,
): Promise<string> {
  const id = world.ids.ulid()
  const createdAt = new Date(world.clock.now()).toISOString()
  const row = { id, orgId, endpointId, createdAt, ...sent }
  const { ok } = await transact(world, [putDelivery(row), told(world, author, action, endpointId)])
  if (!ok) throw new Error('The id of a new delivery was taken')
  return id
}

function viewOf({ id, eventId, type, status, attempts, nextAt }: DeliveryRow): DeliveryView {
  return { id, eventId, type, status, attempts, nextAt }
}
