import { type RunRow, runUpdate } from './runs.ts'
import type { Write } from './transact.ts'

/** Most times that one run is run again. */
const most = 100

/** Notes on an ended run that another one runs it again: one write of the new run's transaction. */
export function noteRerun({ orgId, id }: Pick<RunRow, 'orgId' | 'id'>, rerunId: string): Write {
  const update = runUpdate(orgId, id, { set: {}, present: 'finishedAt' })
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
        ':most': most,
      },
    },
  }
}
