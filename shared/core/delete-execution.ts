import { hideHead, hideRun, isDeleted } from '../store/executions.ts'
import { getRun, type RunRow } from '../store/runs.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { audited } from './audit.ts'
import { noExecution } from './find-execution.ts'
import type { Principal } from './principal.ts'
import { answering, unavailable } from './refusal.ts'

const tries = 5

/**
 * Hides an execution, and its runs from seed 003, at once; what runs of it goes on. Deleted before: nothing happens.
 *
 * @throws {Fault} `not_found`; `unavailable` if it is executed again all the while.
 */
export async function deleteExecution(world: World, who: Principal, id: string): Promise<void> {
  await answering(world, async () => {
    for (let attempt = 1; attempt <= tries; attempt++) {
      const head = await getRun(world, who.orgId, id)
      if (!head || head.headId !== undefined) throw noExecution()
      if (isDeleted(head) || (await hide(world, who, head))) return
    }
    throw unavailable(new Error('The execution was executed again meanwhile'))
  })
}

/** The head comes last: until then the execution is there, and whoever asked may ask again. */
async function hide(world: World, who: Principal, head: RunRow): Promise<boolean> {
  for (let id = head.currentRunId; id !== undefined && id !== head.id; ) {
    const run: RunRow | null = await getRun(world, head.orgId, id)
    if (run) await hideRun(world, run)
    id = run?.rerunOf
  }
  const { actor, requestId, address } = who
  const entry = { actor, action: 'run.deleted', target: head.id, requestId, address }
  return (await transact(world, [hideHead(head), audited(world, head.orgId, entry)])).ok
}
