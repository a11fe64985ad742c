import { lazily } from '../lazily.ts'
import type { World } from '../world.ts'
import type { RunView } from './run-view.ts'
import type { Starter, StartOrder } from './start.ts'

// Read from disk by the first start: a function that wakes to tell how a run stands does not wait for it.
const starting = lazily(() => Promise.all([import('./start.ts'), import('./run-express.ts')]))

/**
 * Starts a run and waits for its end, its first question, or the end of the time (aws.md 2.4). An equal start with the same
 * idempotency key finds the first run: `replayed`.
 *
 * @throws {Fault} `not_found`, `version_not_published`, `validation_failed` with all issues, `conflict` reason
 * `trigger_not_enabled`, `payload_too_large`, `idempotency_key_reused`, `idempotency_in_progress`, `concurrency_limit`,
 * `unavailable`.
 */
export async function startRun(
  world: World,
  who: Starter,
  order: StartOrder,
): Promise<{ run: RunView; replayed: boolean }> {
  const [{ start }, { runExpress }] = await starting()
  return await start(world, who, order, { express: runExpress })
}
