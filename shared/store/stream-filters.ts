/** Which changes of the table wake `changed`, by the keys of their rows: those that `shared/core/updates.ts` reads. */
const changedReads = {
  partition: 'ORG#',
  /** Whole keys, and how keys begin. */
  sorts: ['META'],
  sortsBeginning: ['STEP#', 'WAIT#', 'EVT#', 'WS#', 'VER#', 'SCHED#', 'SESS#', 'KEY#', 'USER#'],
}

/** What wakes `due`: deliveries that were just made. */
const dueReads = { eventName: 'INSERT', sortBeginning: 'DELIV#' }

/** The patterns by which Lambda picks the changes for each reader. Every request counts in rows that neither reads. */
export const streamFilters = {
  changed: {
    dynamodb: {
      Keys: {
        pk: { S: [{ prefix: changedReads.partition }] },
        sk: { S: [...changedReads.sorts, ...changedReads.sortsBeginning.map((prefix) => ({ prefix }))] },
      },
    },
  },
  /** What else it would see, the tick finds. */
  due: {
    eventName: [dueReads.eventName],
    dynamodb: { Keys: { sk: { S: [{ prefix: dueReads.sortBeginning }] } } },
  },
}

/** Whether the row with these keys is read by `changed` or `due`: the local account has one reader for both. */
export function isRead(pk: string, sk: string): boolean {
  const { partition, sorts, sortsBeginning } = changedReads
  if (!pk.startsWith(partition)) return false
  return sorts.includes(sk) || [...sortsBeginning, dueReads.sortBeginning].some((one) => sk.startsWith(one))
}
