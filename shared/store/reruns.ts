import { type RunChange, type RunRow, runUpdate } from './runs.ts'
import type { Write } from './transact.ts'

/** Most times that one run is run again. */
export const mostReruns = 100

/** Who runs a run again, and when. */
export interface RerunNote {
  rerunId: string
  at: string
  by: string
}

/** Notes on an ended run that another one runs it again: one write of the new run's transaction. */
export function noteRerun(
  { orgId, id }: Pick<RunRow, 'orgId' | 'id'>,
  note: RerunNote,
  change: Partial<RunChange> = {},
): Write {
  const { rerunId, at, by } = note
  const set = { updatedAt: at, modifiedBy: by, ...change.set }
  const update = runUpdate(orgId, id, { ...change, set, present: 'finishedAt' })
  return {
    Update: {
      TableName: '',
      ...update,
      UpdateExpression: `${update.UpdateExpression} ADD #reruns :rerun`,
      ConditionExpression: `${update.ConditionExpression} AND (attribute_not_exists(#reruns) OR size(#reruns) < :most)`,
      ExpressionAttributeNames: { ...update.ExpressionAttributeNames, '#reruns': 'reruns' },
      ExpressionAttributeValues: {
        ...update.ExpressionAttributeValues,
        ':rerun': new Set([rerunId]),
        ':most': mostReruns,
      },
    },
  }
}
