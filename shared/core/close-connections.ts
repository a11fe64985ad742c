import { instant } from '../aws/clock.ts'
import { type ClosingReason, type ConnectionPointer, keysOfConnection } from '../store/connections.ts'
import { deleteItems } from '../store/delete-items.ts'
import type { World } from '../world.ts'
import { eachAtOnce } from './at-once.ts'
import { disconnect, post } from './connection-calls.ts'

/** How many connections are written to at a time. */
export const connectionsAtOnce = 50

/** The gateway's call takes no code, so this is told in a last message. */
const codes: Record<ClosingReason, number> = { session_ended: 4401, run_deleted: 4404, bad_message: 4400 }

/**
 * Closes connections and forgets them.
 *
 * @param reason told before; null where the run's end was told already, or nobody listens.
 */
export async function closeConnections(
  world: World,
  rows: ConnectionPointer[],
  reason: ClosingReason | null,
): Promise<void> {
  await eachAtOnce(rows, connectionsAtOnce, async ({ id, runId }) => {
    if (reason !== null) await post(world, id, closingText(world, runId, reason))
    await disconnect(world, id)
  })
  await deleteItems(world, rows.flatMap(keysOfConnection))
}

function closingText({ clock }: World, runId: string, reason: ClosingReason): string {
  const timestamp = instant(clock.now())
  return JSON.stringify({ type: 'closing', execution_id: runId, code: codes[reason], reason, timestamp })
}
