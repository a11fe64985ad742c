import type { DynamoDBBatchItemFailure, DynamoDBRecord } from 'aws-lambda'
import { instant } from '../aws/clock.ts'
import { about } from '../log-with.ts'
import { listConnections } from '../store/connections.ts'
import { endOfEvents } from '../store/events.ts'
import { isDeleted, keepHead } from '../store/executions.ts'
import { deleteRunRecords } from '../store/run-records.ts'
import { hasEnded, type RunRow } from '../store/runs.ts'
import { cancelWait } from '../store/wait-changes.ts'
import { getWaits } from '../store/waits.ts'
import type { World } from '../world.ts'
import { auditWait } from './audit-waits.ts'
import { closeConnections } from './close-connections.ts'
import { closeEnded } from './ended-credentials.ts'
import { measureChange } from './measure-change.ts'
import { pushEvents } from './push-events.ts'
import {
  byRun,
  isExpiry,
  type RunChanges,
  readChange,
  readConnections,
  readCredential,
  readFlowChange,
  removedFile,
  sequenceOf,
} from './stream-records.ts'
import { tellEvents } from './tell-events.ts'
import { tellFlowLine } from './tell-flow-lines.ts'
import { tellParent } from './tell-parent.ts'
import { tellEndpoints } from './webhooks-out/tell-endpoints.ts'

/**
 * Does what follows from changes of the table: numbers the runs' events and sends them to those who watch, tells parents of
 * their children's ends, ends the children and waits of runs that have ended and the sockets of sessions that have, removes
 * what belonged to an expired run or file, notes what became of flows in their logs, and tells endpoints of events
 * (`tell-endpoints.ts`). Everything may be done twice.
 *
 * @returns the first change of each run whose work failed, and each other change: from there on the changes come again.
 */
export async function applyChanges(
  world: World,
  records: DynamoDBRecord[],
): Promise<DynamoDBBatchItemFailure[]> {
  const ofRuns = [...byRun(records).values()].map((changes) =>
    tryingRun(about(world, { runId: changes.runId, org: changes.orgId }), changes),
  )
  const ofOthers = records.map((record) => trying(world, record, () => applyToOther(world, record)))
  return (await Promise.all([...ofRuns, ...ofOthers, tellEndpoints(world, records)])).flat()
}

/** What a change of something else than a run is followed by. */
async function applyToOther(world: World, record: DynamoDBRecord): Promise<void> {
  const credential = readCredential(record)
  if (credential) await closeEnded(world, credential.orgId, credential.change)
  const flow = readFlowChange(record)
  if (flow) await tellFlowLine(world, flow, sequenceOf(record), flow.change)
  const file = removedFile(record)
  if (file) await (await import('./removed-files.ts')).removeBytes(world, file)
}

function tryingRun(world: World, changes: RunChanges): Promise<DynamoDBBatchItemFailure[]> {
  return trying(world, changes.records[0], () => applyToRun(world, changes))
}

async function trying(
  world: World,
  first: DynamoDBRecord | undefined,
  work: () => Promise<void>,
): Promise<DynamoDBBatchItemFailure[]> {
  try {
    await work()
    return []
  } catch (error) {
    world.log.error('Changes could not be applied', { error: (error as Error).message })
    return [{ itemIdentifier: first === undefined ? '' : sequenceOf(first) }]
  }
}

async function applyToRun(world: World, { orgId, runId, records }: RunChanges): Promise<void> {
  if (records.some(isExpiry)) return await removeRun(world, orgId, runId)
  const changes = records.flatMap(readChange)
  const { joining, closing } = readConnections(records)
  if (changes.length === 0 && joining.length === 0 && closing.length === 0) return
  const end =
    changes.length > 0
      ? await tellEvents(world, orgId, runId, changes)
      : await endOfEvents(world, orgId, runId)
  for (const { change } of changes) {
    measureChange(world, change)
    if (change.of === 'run') await afterEnd(world, change.before, change.after)
    if (change.of === 'run') await afterHiding(world, change.before, change.after)
    if (change.of === 'wait') await auditWait(world, change.before, change.after)
  }
  await pushEvents(world, { orgId, runId }, end, joining)
  for (const row of closing) await closeConnections(world, [row], row.closing)
}

/** Who still watches it is told that it is no more. */
async function removeRun(world: World, orgId: string, runId: string): Promise<void> {
  await closeConnections(world, await listConnections(world, orgId, runId), 'run_deleted')
  await deleteRunRecords(world, orgId, runId)
}

/** A run that was deleted in seed 004 is not watched any more either. */
async function afterHiding(world: World, before: RunRow | null, after: RunRow): Promise<void> {
  if (!isDeleted(after) || (before !== null && isDeleted(before))) return
  await closeConnections(world, await listConnections(world, after.orgId, after.id), 'run_deleted')
}

async function afterEnd(world: World, before: RunRow | null, after: RunRow): Promise<void> {
  if (!hasEnded(after) || (before !== null && hasEnded(before))) return
  await tellParent(world, after)
  if (after.headId !== undefined) await keepHead(world, after.headId, after)
  if (after.slotKey !== undefined) {
    const { admitNext } = await import('./admit-held.ts')
    await admitNext(world, { orgId: after.orgId, key: after.slotKey }, after.id)
  }
  // A step that gave up, or a branch beside one that failed, leaves its child behind. An Express run has none.
  if (after.engine !== 'express')
    await (await import('./cancel.ts')).cancelChildren(world, after, 'The run that started it has ended')
  const open = [...(before?.openWaits ?? [])]
  if (open.length === 0) return
  const at = instant(world.clock.now())
  for (const wait of await getWaits(world, after.orgId, after.id, open))
    if (wait.status === 'open') await cancelWait(world, wait, at)
}
