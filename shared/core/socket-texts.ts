import { instant } from '../aws/clock.ts'
import { askToClose } from '../store/connection-changes.ts'
import { findConnection, keysOfConnection } from '../store/connections.ts'
import { deleteItems } from '../store/delete-items.ts'
import { countCalls } from '../store/rates.ts'
import type { World } from '../world.ts'
import { hasRunOut } from './credential-stands.ts'

/** Most texts that a client may send in a minute. */
const mostTexts = 60
const minuteMs = 60_000

/**
 * What somebody says who watches a run. The one thing he may say is `{"type":"ping"}`; anything else closes his socket.
 *
 * @param text null for a binary frame.
 * @returns what he is answered at once, if anything.
 */
export async function hear(world: World, connectionId: string, text: string | null): Promise<string | null> {
  const connection = await findConnection(world, connectionId)
  if (connection === null) return null
  const now = world.clock.now()
  if (hasRunOut(connection, now)) await askToClose(world, connection, 'session_ended')
  else if (!isPing(text) || (await textsNow(world, connectionId, now)) > mostTexts)
    await askToClose(world, connection, 'bad_message')
  else return JSON.stringify({ type: 'pong', timestamp: instant(now) })
  return null
}

async function textsNow(world: World, connectionId: string, now: number): Promise<number> {
  return await countCalls(world, `SOCKET#${connectionId}`, Math.floor(now / minuteMs))
}

function isPing(text: string | null): boolean {
  if (text === null || text.length > 100) return false
  try {
    const said = JSON.parse(text) as { type?: unknown } | null
    return typeof said === 'object' && said?.type === 'ping' && Object.keys(said).length === 1
  } catch {
    return false
  }
}

/** Somebody has gone, or was closed: nothing is kept of him. */
export async function forget(world: World, connectionId: string): Promise<void> {
  const connection = await findConnection(world, connectionId)
  if (connection !== null) await deleteItems(world, keysOfConnection(connection))
}
