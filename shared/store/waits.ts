import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { getItems } from './batch-get.ts'
import { listUnder } from './pages.ts'
import { checkKey, openStatuses, runUpdate } from './runs.ts'
import { indexKeys, keys, openShards, shardOf } from './table.ts'
import { transact } from './transact.ts'

/** How a wait stands. `claimed` = an answer was taken, and the engine is being told it. */
export type WaitStatus = 'open' | 'claimed' | 'answered' | 'expired' | 'cancelled'

/** A place where a run stands still. Values that users made lie in it as JSON text. */
export interface WaitRow {
  id: string
  orgId: string
  runId: string
  flowId: string
  /** `<ms of entry>#<stepId>[#<iteration>]`: its sort key. */
  stepKey: string
  stepId: string
  stepName: string
  stepType: string
  /** The type as the author wrote it. */
  as: string
  iter: string | null
  kind: string
  status: WaitStatus
  question: string
  openedAt: string
  /** An answer is taken while now < this. */
  expiresAt: string
  /** As in the event, as JSON text. */
  onTimeout: string
  /** The engine's token under KMS, base64. */
  token: string
  /** Native steps that were entered before, and their values, as JSON text. */
  trace: string
  seen: string
  /** Who approved so far: account or actor -> vote. Only where several approvals are needed. */
  votes?: Record<string, Vote>
  /** One per try to answer, so that a repeated call knows its own claim. */
  claimId?: string
  claimedAt?: string
  answeredBy?: string
  answeredAt?: string
  answerHash?: string
  /** What the engine is told: sealed JSON of `Told`. */
  answer?: string
  /** `{actionId}`, `{decision}` or `{success}` as JSON text. */
  outcome?: string
  /** True once the engine has said that it took the answer. */
  confirmed?: boolean
  closedAt?: string
}

/** What one of several approvers has decided. */
export interface Vote {
  decision: string
  by: string
  at: string
}

/** Puts the wait and tells the run, if the run is still open. */
export async function openWaitRow(
  world: World,
  row: WaitRow,
): Promise<{ opened: true } | { opened: false; present: WaitRow | null }> {
  const index = {
    gsi1pk: indexKeys.waits(row.orgId),
    gsi1sk: `${row.expiresAt}#${row.runId}`,
    ...checkIndex(row, Date.parse(row.expiresAt) + 60_000),
  }
  const written = await transact(world, [
    {
      Put: {
        TableName: '',
        Item: { ...keys.wait(row.orgId, row.runId, row.stepKey), ...row, ...index },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
    { Update: { TableName: '', ...openOnRun(row) } },
    { Put: { TableName: '', Item: pointerTo(row) } },
  ])
  if (written.ok) return { opened: true }
  return { opened: false, present: (written.found[0] as WaitRow | undefined) ?? null }
}

/** Goes with the run's records (`run-records.ts`). */
function pointerTo({ orgId, id, runId, stepKey }: WaitRow) {
  return { ...keys.waitPointer(orgId, id), runId, stepKey }
}

function openOnRun(row: WaitRow) {
  const update = runUpdate(row.orgId, row.runId, {
    set: { status: 'running', updatedAt: row.openedAt },
    setOnce: { startedAt: row.openedAt, progressAt: row.openedAt },
    from: openStatuses,
  })
  return {
    ...update,
    // `waitRev` is the `rev` of this very update.
    UpdateExpression: `${update.UpdateExpression}, waitRev = #rev + :one ADD openWaits :key`,
    ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':key': new Set([row.stepKey]) },
  }
}

/** Where the sweep finds the wait, and when. */
export function checkIndex({ orgId, id }: Pick<WaitRow, 'orgId' | 'id'>, checkAt: number) {
  return { gsi2pk: indexKeys.open(shardOf(id, openShards)), gsi2sk: checkKey(orgId, id, checkAt) }
}

/** One wait, strongly consistent. */
export async function getWait(
  { db, settings }: World,
  org: string,
  run: string,
  stepKey: string,
): Promise<WaitRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.wait(org, run, stepKey), ConsistentRead: true }),
  )
  return (Item as WaitRow | undefined) ?? null
}

/** The waits with those keys, in the order of the keys; strongly consistent. */
export async function getWaits(
  world: World,
  org: string,
  run: string,
  stepKeys: string[],
): Promise<WaitRow[]> {
  const [only, ...others] = stepKeys
  if (only !== undefined && others.length === 0) {
    const wait = await getWait(world, org, run, only)
    return wait ? [wait] : []
  }
  const items = await getItems(
    world,
    stepKeys.map((key) => keys.wait(org, run, key)),
  )
  const found = new Map(items.map((item) => [item.stepKey as string, item as unknown as WaitRow]))
  return stepKeys.flatMap((key) => found.get(key) ?? [])
}

/** Every wait of a run, oldest first; strongly consistent. */
export async function listWaits(world: World, org: string, run: string): Promise<WaitRow[]> {
  return await listUnder<WaitRow>(world, keys.run(org, run).pk, 'WAIT#')
}
