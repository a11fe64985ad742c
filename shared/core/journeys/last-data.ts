import { getRun } from '../../store/runs.ts'
import type { Json, JsonObject, World } from '../../world.ts'
import { hideSealed } from '../hidden.ts'
import { openTickets } from '../sealing.ts'
import type { Journey } from './journey.ts'

/** What a journey came to: tickets that the flow hands out are given to its client, whatever else is sealed reads `•••`. */
export async function lastData(world: World, { row }: Journey): Promise<JsonObject> {
  const run = await getRun(world, row.orgId, row.runId)
  const output = JSON.parse(run?.output ?? 'null') as Json
  const data = dataOf(output)
  return hideSealed(await openTickets(world, row, data))
}

function dataOf(output: Json): JsonObject {
  if (output === null) return {}
  return typeof output === 'object' && !Array.isArray(output) ? output : { result: output }
}
