import type { DynamoDBBatchItemFailure, DynamoDBRecord } from 'aws-lambda'
import { getRun, hasEnded, type RunRow } from '../../store/runs.ts'
import { addDelivery } from '../../store/webhook-deliveries.ts'
import { type EndpointRow, listEndpointRows } from '../../store/webhook-endpoints.ts'
import type { JsonObject, World } from '../../world.ts'
import { ulidFor } from './delivery-ids.ts'
import { type Happening, happeningsIn, organisationOf } from './happening.ts'

/** Deliveries that are written at once. */
const mostAtOnce = 25

/**
 * Notes for every endpoint what it is to be told of changes of the table: one delivery for each event and endpoint, however
 * often a change comes. Nothing is sent here, so that a slow endpoint delays nobody (`deliver-fresh.ts`).
 *
 * @returns the first change of each organisation whose work failed: from there on the changes come again.
 */
export async function tellEndpoints(
  world: World,
  records: DynamoDBRecord[],
): Promise<DynamoDBBatchItemFailure[]> {
  const byOrganisation = Map.groupBy(records, organisationOf)
  byOrganisation.delete(null)
  const failures = await Promise.all(
    [...byOrganisation].map(async ([orgId, its]) => {
      try {
        await tellOrganisation(world, orgId ?? '', its)
        return []
      } catch (error) {
        world.log.error('Webhook deliveries could not be noted', {
          org: orgId,
          error: (error as Error).message,
        })
        return [{ itemIdentifier: its[0]?.dynamodb?.SequenceNumber ?? '' }]
      }
    }),
  )
  return failures.flat()
}

async function tellOrganisation(world: World, orgId: string, records: DynamoDBRecord[]): Promise<void> {
  const endpoints = (await listEndpointRows(world, orgId)).filter(({ disabled }) => !disabled)
  // Most organisations have none, and what their runs tell is not even read.
  if (endpoints.length === 0) return
  const happenings = records.flatMap(happeningsIn)
  const asked = happenings.filter((happening) => endpoints.some((endpoint) => asksFor(endpoint, happening)))
  if (asked.length === 0) return
  const runs = await runsOf(world, orgId, asked)
  const wanted = asked.flatMap((happening) => {
    const run = happening.runId === undefined ? null : (runs.get(happening.runId) ?? null)
    // Its record is gone: nobody could look at what he is told of.
    if (happening.runId !== undefined && run === null) return []
    const flowId = happening.flowId ?? run?.flowId ?? ''
    return endpoints
      .filter((endpoint) => asksFor(endpoint, happening) && isOfInterest(endpoint, flowId))
      .map((endpoint) => deliveryOf(world, endpoint, happening, run))
  })
  for (let first = 0; first < wanted.length; first += mostAtOnce)
    await Promise.all(wanted.slice(first, first + mostAtOnce).map((row) => addDelivery(world, row)))
}

function asksFor({ events }: EndpointRow, { type }: Happening): boolean {
  return events.includes('*') || events.includes(type)
}

function isOfInterest({ flowIds }: EndpointRow, flowId: string): boolean {
  return flowIds === null || flowIds.includes(flowId)
}

async function runsOf(world: World, orgId: string, happenings: Happening[]): Promise<Map<string, RunRow>> {
  const ids = [...new Set(happenings.flatMap(({ runId }) => runId ?? []))]
  const rows = await Promise.all(ids.map((id) => getRun(world, orgId, id)))
  return new Map(rows.flatMap((row) => (row === null ? [] : [[row.id, row] as const])))
}

function deliveryOf(world: World, endpoint: EndpointRow, happening: Happening, run: RunRow | null) {
  const { orgId, id: endpointId } = endpoint
  const { eventId, type, at } = happening
  return {
    id: ulidFor(Date.parse(at), `${eventId} ${endpointId}`),
    ...{ orgId, endpointId, eventId, type },
    body: JSON.stringify({ type, timestamp: at, data: dataOf(happening, run) }),
    createdAt: new Date(world.clock.now()).toISOString(),
  }
}

/** Thin: who wants to know more asks for it. */
function dataOf({ type, data }: Happening, run: RunRow | null): JsonObject {
  if (run === null) return data
  const { id: runId, flowId, version } = run
  return { runId, flowId, version, status: statusAt(type, run), ...data }
}

/** How the run stood with the event; for a wait, how it stands. */
function statusAt(type: string, run: RunRow): string {
  const word = words[type]
  if (word !== undefined) return word
  if (type.startsWith('run.')) return type.slice('run.'.length)
  if (hasEnded(run)) return run.status
  return (run.openWaits?.size ?? 0) > 0 ? 'waiting' : run.status
}

const words: Record<string, string> = {
  'run.created': 'queued',
  'run.started': 'running',
  'run.resumed': 'running',
}
