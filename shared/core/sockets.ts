import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { type ConnectionRow, countConnections, putConnection } from '../store/connections.ts'
import { endOfEvents } from '../store/events.ts'
import { isDeleted } from '../store/executions.ts'
import { getRun } from '../store/runs.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { answering, noRun } from './refusal.ts'
import { unauthorized } from './refused-credential.ts'
import { readOffer, watcherOf } from './socket-principal.ts'

/** Most open sockets of an organisation. */
const mostSockets = 5000
/** The gateway closes a socket after two hours. */
const lifeSeconds = 2 * 3600 + 300

/** A handshake as the gateway hands it on. */
export interface Handshake {
  connectionId: string
  /** Names in lower case. */
  headers: Record<string, string>
  /** Every value of each parameter. */
  query: Record<string, string[]>
}

/**
 * Lets somebody watch a run (seed 003, `/ws/executions/{id}`), or refuses before the upgrade. What is sent to him, `changed`
 * sends: his row's arrival in the stream is his place in the order of the run's events.
 *
 * @returns the subprotocol to select, never one that holds a secret.
 * @throws {Fault} `invalid_request`, `unauthorized`, `forbidden`, `not_found`, `rate_limited`.
 */
export async function admit(world: World, handshake: Handshake): Promise<{ protocol: string | null }> {
  return await answering(world, async () => {
    const { connectionId, headers } = handshake
    const { runId, after } = readQuery(handshake.query)
    const { sluice, secret } = readOffer(headers['sec-websocket-protocol'])
    const watcher = await watcherOf(world, { authorization: headers.authorization, secret }, runId)
    needOrigin(world, headers.origin)
    const { orgId, accountId, credential, until } = watcher
    const run = await getRun(world, orgId, runId)
    if (!run || isDeleted(run)) throw noRun()
    watcher.needRight()
    if (after > 0 && after > (await endOfEvents(world, orgId, runId)).last)
      throw badQuery('after', 'after is above the number of the last event')
    if ((await countConnections(world, orgId, mostSockets)) >= mostSockets)
      throw new Fault('rate_limited', 'The organisation has too many sockets open', { limit: mostSockets })
    const now = world.clock.now()
    const ttl = Math.floor(now / 1000) + lifeSeconds
    const row: ConnectionRow = {
      ...{ id: connectionId, orgId, runId, accountId, credential, until, after, ttl },
      openedAt: instant(now),
    }
    const { ok } = await transact(world, [...putConnection(row), ...watcher.spending])
    // Somebody else came with the same ticket.
    if (!ok) throw unauthorized()
    return { protocol: sluice ? 'sluice' : null }
  })
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function readQuery(query: Handshake['query']): { runId: string; after: number } {
  for (const [name, values] of Object.entries(query)) {
    if (name !== 'execution_id' && name !== 'after')
      throw badQuery(name, secretNames.has(name) ? 'no credential is read from the address' : 'is not known')
    if (values.length > 1) throw badQuery(name, 'is given twice')
  }
  const { execution_id: [runId = ''] = [], after: [after = '0'] = [] } = query
  if (!/^\d{1,9}$/.test(after)) throw badQuery('after', 'give a whole number in plain digits')
  if (!uuid.test(runId)) throw noRun()
  return { runId, after: Number(after) }
}

const secretNames = new Set(['token', 'access_token', 'ticket'])

/** Only pages of listed origins may connect; programs send none. */
function needOrigin({ settings }: World, origin: string | undefined): void {
  if (origin !== undefined && !settings.corsOrigins.includes(origin))
    throw new Fault('forbidden', 'Pages of this origin may not connect')
}

function badQuery(name: string, message: string): Fault {
  const issues = [{ path: `?${name}`, code: 'invalid', message }]
  return new Fault('invalid_request', `The query is not right: ${message}`, { issues })
}
