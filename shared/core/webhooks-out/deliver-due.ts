import { type DeliveryPlace, dueDeliveries, getDelivery } from '../../store/webhook-deliveries.ts'
import { getEndpoint } from '../../store/webhook-endpoints.ts'
import type { World } from '../../world.ts'
import { tryDelivery } from './try-delivery.ts'

/** Deliveries that are tried at once, and how long new ones are begun: one try takes up to 15 s more. */
const mostAtOnce = 50
const beginsForMs = 30_000
/** Of one endpoint that takes nothing no more are tried in one go: others are not to wait for it. */
const mostOfFailing = 10

/** Tries every delivery whose moment has come. @returns how many were tried. */
export async function deliverDue(world: World): Promise<number> {
  const started = world.clock.now()
  const ofFailing = new Map<string, number>()
  const atWork = new Set<Promise<void>>()
  let count = 0
  for await (const place of dueDeliveries(world, started)) {
    if (world.clock.now() - started > beginsForMs) break
    if ((ofFailing.get(place.endpointId) ?? 0) >= mostOfFailing) continue
    if (atWork.size >= mostAtOnce) await Promise.race(atWork)
    count++
    const work = deliver(world, place, ofFailing).finally(() => atWork.delete(work))
    atWork.add(work)
  }
  await Promise.all(atWork)
  return count
}

async function deliver(
  world: World,
  { orgId, endpointId, id }: DeliveryPlace,
  ofFailing: Map<string, number>,
): Promise<void> {
  try {
    const row = await getDelivery(world, orgId, endpointId, id)
    // The index is a moment behind.
    if (row?.gsi2sk === undefined || row.gsi2sk > new Date(world.clock.now() + 1).toISOString()) return
    const endpoint = await getEndpoint(world, orgId, endpointId)
    if (endpoint?.failingSince && !endpoint.disabled) {
      const before = ofFailing.get(endpointId) ?? 0
      if (before >= mostOfFailing) return
      ofFailing.set(endpointId, before + 1)
    }
    await tryDelivery(world, row, endpoint)
  } catch (error) {
    world.log.error('A delivery could not be tried', { delivery: id, error: (error as Error).message })
  }
}
