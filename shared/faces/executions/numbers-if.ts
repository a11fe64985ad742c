import type { ExecutionView } from '../../core/execution-view.ts'
import type { World } from '../../world.ts'

/** The numbers of a flow's executions if they are asked for: they have to be counted. */
export async function numbersIf(
  wanted: boolean | undefined,
  world: World,
  orgId: string,
  executions: ExecutionView[],
): Promise<Map<string, number>> {
  const [first] = executions
  if (!wanted || first === undefined) return new Map()
  const { runNumbers } = await import('../../core/run-numbers.ts')
  return await runNumbers(world, orgId, first.flowId, executions)
}
