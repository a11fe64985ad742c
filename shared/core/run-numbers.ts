import { listRunDays } from '../store/run-lists.ts'
import type { World } from '../world.ts'
import { answering } from './refusal.ts'

/** Numbers go up to this. */
const mostNumbered = 10_000

/**
 * Which execution of its flow each of these is, by start: from 1, deleted ones counted. Those beyond 10,000 have none. Of
 * the newest the index may not know yet: they come after all others.
 */
export async function runNumbers(
  world: World,
  orgId: string,
  flowId: string,
  executions: { id: string; createdAt: string }[],
): Promise<Map<string, number>> {
  return await answering(world, async () => {
    const wanted = new Map(executions.map((execution) => [execution.id, execution]))
    const numbers = new Map<string, number>()
    let count = 0
    for await (const { id, headId } of listRunDays(world, orgId, flowId, true)) {
      if (count === mostNumbered || wanted.size === 0) break
      if (headId !== undefined) continue
      count++
      if (wanted.delete(id)) numbers.set(id, count)
    }
    const rest = [...wanted.values()].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
    for (const { id } of rest) if (count < mostNumbered) numbers.set(id, ++count)
    return numbers
  })
}
