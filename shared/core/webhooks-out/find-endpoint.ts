import { Fault } from '../../faults.ts'
import { type EndpointRow, getEndpoint } from '../../store/webhook-endpoints.ts'
import type { World } from '../../world.ts'

/** The endpoint with an id. @throws {Fault} `not_found` */
export async function needEndpoint(world: World, orgId: string, id: string): Promise<EndpointRow> {
  const row = await getEndpoint(world, orgId, id)
  if (row === null) throw new Fault('not_found', 'There is no such webhook endpoint')
  return row
}
