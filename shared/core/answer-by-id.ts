import type { JsonObject, World } from '../world.ts'
import { answerWait } from './answers.ts'
import type { Principal } from './principal.ts'
import { answering } from './refusal.ts'
import type { RunView, WaitView } from './run-view.ts'
import { waitNamed } from './waits.ts'

/**
 * Answers a wait by its id alone; the rules are those of `answerWait`.
 *
 * @throws {Fault} `not_found` and whatever `answerWait` refuses with.
 */
export async function answerById(
  world: World,
  who: Principal,
  id: string,
  answer: JsonObject,
  waitSeconds: number,
): Promise<{ run: RunView; wait: WaitView; replayed: boolean }> {
  const { runId } = await answering(world, () => waitNamed(world, who.orgId, id))
  return await answerWait(world, who, { runId, waitId: id, answer }, waitSeconds)
}
