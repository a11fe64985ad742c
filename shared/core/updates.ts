import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBBatchItemFailure, DynamoDBRecord } from 'aws-lambda'
import { instant } from '../aws/clock.ts'
import { keepHead } from '../store/executions.ts'
import { deleteRunRecords } from '../store/run-records.ts'
import { hasEnded, type RunRow } from '../store/runs.ts'
import { cancelWait } from '../store/wait-changes.ts'
import { getWaits } from '../store/waits.ts'
import type { World } from '../world.ts'
import { auditWait } from './audit-waits.ts'
import type { RowChange } from './run-events.ts'
import { type NumberedChange, tellEvents } from './tell-events.ts'
import { tellParent } from './tell-parent.ts'

/**
 * Does what follows from changes of the table: numbers the runs' events, tells parents of their children's ends, closes the
 * waits of runs that have ended, and removes what belonged to an expired run or file. Everything may be done twice.
 *
 * @returns the first change of each run whose work failed: from there on the changes come again.
 */
export async function applyChanges(
  world: World,
  records: DynamoDBRecord[],
): Promise<DynamoDBBatchItemFailure[]> {
  const removed = records.flatMap((record) => removedFile(record))
  const lost = await Promise.all(removed.map((file) => removeFile(world, file)))
  const failures = await Promise.all(
    [...byRun(records).values()].map(async (changes) => {
      try {
        await applyToRun(world, changes)
        return []
      } catch (error) {
        world.log.error('Changes of a run could not be applied', { error: (error as Error).message })
        return [{ itemIdentifier: changes.records[0]?.dynamodb?.SequenceNumber ?? '' }]
      }
    }),
  )
  return [...lost, ...failures].flat()
}

/** A file whose record is gone, by its time or with its last run. */
function removedFile({ eventName, dynamodb }: DynamoDBRecord): { key: string; sequence: string }[] {
  const key = dynamodb?.OldImage?.key?.S
  if (eventName !== 'REMOVE' || key === undefined) return []
  if (!/^ORG#[^#]+#FILE#[^#]+$/.test(dynamodb?.Keys?.pk?.S ?? '')) return []
  return [{ key, sequence: dynamodb?.SequenceNumber ?? '' }]
}

async function removeFile(world: World, { key, sequence }: { key: string; sequence: string }) {
  try {
    await (await import('./removed-files.ts')).removeBytes(world, key)
    return []
  } catch (error) {
    world.log.error('The bytes of a file could not be removed', { error: (error as Error).message })
    return [{ itemIdentifier: sequence }]
  }
}

interface RunChanges {
  orgId: string
  runId: string
  records: DynamoDBRecord[]
}

/** The changes that concern runs, in order, by run. */
function byRun(records: DynamoDBRecord[]): Map<string, RunChanges> {
  const runs = new Map<string, RunChanges>()
  for (const record of records) {
    const pk = record.dynamodb?.Keys?.pk?.S ?? ''
    const sk = record.dynamodb?.Keys?.sk?.S ?? ''
    const [, orgId, runId] = /^ORG#([^#]+)#RUN#([^#]+)$/.exec(pk) ?? []
    if (!orgId || !runId || !/^(META$|STEP#|WAIT#)/.test(sk)) continue
    const run = runs.get(pk) ?? { orgId, runId, records: [] }
    run.records.push(record)
    runs.set(pk, run)
  }
  return runs
}

async function applyToRun(world: World, { orgId, runId, records }: RunChanges): Promise<void> {
  if (records.some(isExpiry)) return await deleteRunRecords(world, orgId, runId)
  const changes = records.flatMap(readChange)
  const [first] = changes
  if (!first) return
  await tellEvents(world, orgId, runId, changes)
  for (const { change } of changes) {
    if (change.of === 'run') await afterEnd(world, change.before, change.after)
    if (change.of === 'wait') await auditWait(world, change.before, change.after)
  }
}

/** Removed by the service at the end of its retention. */
function isExpiry({ eventName, userIdentity, dynamodb }: DynamoDBRecord): boolean {
  const { principalId } = (userIdentity ?? {}) as { principalId?: string }
  return (
    eventName === 'REMOVE' && principalId === 'dynamodb.amazonaws.com' && dynamodb?.Keys?.sk?.S === 'META'
  )
}

function readChange({ dynamodb }: DynamoDBRecord): NumberedChange[] {
  if (!dynamodb?.NewImage) return []
  const sk = dynamodb.Keys?.sk?.S ?? ''
  const of = sk === 'META' ? 'run' : sk.startsWith('STEP#') ? 'step' : 'wait'
  const change = { of, before: readImage(dynamodb.OldImage), after: readImage(dynamodb.NewImage) }
  return [{ sequence: dynamodb.SequenceNumber ?? '', change: change as RowChange }]
}

function readImage(image: unknown): unknown {
  return image === undefined ? null : unmarshall(image as Record<string, AttributeValue>)
}

async function afterEnd(world: World, before: RunRow | null, after: RunRow): Promise<void> {
  if (!hasEnded(after) || (before !== null && hasEnded(before))) return
  await tellParent(world, after)
  if (after.headId !== undefined) await keepHead(world, after.headId, after)
  if (after.slotKey !== undefined) {
    const { admitNext } = await import('./admit-held.ts')
    await admitNext(world, { orgId: after.orgId, key: after.slotKey }, after.id)
  }
  const open = [...(before?.openWaits ?? [])]
  if (open.length === 0) return
  const at = instant(world.clock.now())
  for (const wait of await getWaits(world, after.orgId, after.id, open))
    if (wait.status === 'open') await cancelWait(world, wait, at)
}
