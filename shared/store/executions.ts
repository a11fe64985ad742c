import type { World } from '../world.ts'
import { getItems } from './batch-get.ts'
import { noteRerun, type RerunNote } from './reruns.ts'
import { changeRun, type RunRow, runUpdate } from './runs.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

// An execution of seed 004 is a run, its head, with the runs that were later made in its place; the last of them is the
// current one (headless-runner-executions.md 3.2).

/** Stands on every run of a deleted execution, where lists see it too. */
const deleted = JSON.stringify({ deleted: true })

/** Whether the run's execution was deleted. */
export function isDeleted({ summary }: Pick<RunRow, 'summary'>): boolean {
  return summary === deleted
}

/**
 * Puts a new run in the place of an execution's current one, which has ended: writes of the new run's transaction. They
 * fail if another run has taken the place, or the execution was deleted. The head is kept until the new run has ended.
 */
export function replaceCurrent(head: RunRow, current: RunRow, note: RerunNote): Write[] {
  const move = { set: { currentRunId: note.rerunId }, remove: ['ttl'] }
  if (head.id === current.id) return [noteRerun(head, note, { ...move, unless: ['currentRunId', 'summary'] })]
  const moved = runUpdate(head.orgId, head.id, {
    ...move,
    unless: 'summary',
    seen: { currentRunId: current.id },
  })
  return [noteRerun(current, note), { Update: { TableName: '', ...moved } }]
}

/** Hides the head if its current run is still the one that was seen: a write of a transaction. */
export function hideHead({ orgId, id, currentRunId }: RunRow): Write {
  const unchanged = currentRunId === undefined ? { unless: 'currentRunId' } : { seen: { currentRunId } }
  return { Update: { TableName: '', ...runUpdate(orgId, id, { set: { summary: deleted }, ...unchanged }) } }
}

/** Hides a run that was made in the place of another. */
export async function hideRun(world: World, { orgId, id }: RunRow): Promise<void> {
  await changeRun(world, orgId, id, { set: { summary: deleted } })
}

/** The head goes when its current run goes, which has ended. Without effect if another run has taken the place since. */
export async function keepHead(world: World, headId: string, current: RunRow): Promise<void> {
  const { orgId, id, ttl } = current
  await changeRun(world, orgId, headId, { set: { ttl }, seen: { currentRunId: id } })
}

/** Runs by their ids, strongly consistent; those that are not there are left out. */
export async function getRuns(world: World, org: string, ids: string[]): Promise<Map<string, RunRow>> {
  const wanted = [...new Set(ids)].map((id) => keys.run(org, id))
  const rows = (await getItems(world, wanted)) as unknown as RunRow[]
  return new Map(rows.map((row) => [row.id, row]))
}
