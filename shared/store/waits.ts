import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { itemsUnder } from './pages.ts'
import { checkKey, openStatuses, runUpdate } from './runs.ts'
import { indexKeys, keys, shardOf } from './table.ts'
import { itemFound, transact, type Write } from './transact.ts'

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
  ])
  if (written.ok) return { opened: true }
  return { opened: false, present: (written.found[0] as WaitRow | undefined) ?? null }
}

function openOnRun(row: WaitRow) {
  const update = runUpdate(row.orgId, row.runId, {
    set: { status: 'running', updatedAt: row.openedAt },
    setOnce: { startedAt: row.openedAt },
    from: openStatuses,
  })
  return {
    ...update,
    // `waitRev` is the `rev` of this very update.
    UpdateExpression: `${update.UpdateExpression}, waitRev = #rev + :one ADD openWaits :key`,
    ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':key': new Set([row.stepKey]) },
  }
}

function checkIndex({ orgId, id }: Pick<WaitRow, 'orgId' | 'id'>, checkAt: number) {
  return { gsi2pk: indexKeys.open(shardOf(id)), gsi2sk: checkKey(orgId, id, checkAt) }
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
  { db, settings }: World,
  org: string,
  run: string,
  stepKeys: string[],
): Promise<WaitRow[]> {
  const found = new Map<string, WaitRow>()
  let left = stepKeys.map((key) => keys.wait(org, run, key)) as Record<string, unknown>[]
  while (left.length > 0) {
    const request = { [settings.table]: { Keys: left, ConsistentRead: true } }
    const page = await db.send(new BatchGetCommand({ RequestItems: request }))
    for (const item of (page.Responses?.[settings.table] ?? []) as WaitRow[]) found.set(item.stepKey, item)
    left = page.UnprocessedKeys?.[settings.table]?.Keys ?? []
  }
  return stepKeys.flatMap((key) => found.get(key) ?? [])
}

/** Every wait of a run, oldest first; strongly consistent. */
export async function listWaits(world: World, org: string, run: string): Promise<WaitRow[]> {
  return Array.fromAsync(itemsUnder<WaitRow>(world, keys.run(org, run).pk, 'WAIT#'))
}

/** What a claim writes. */
export interface Claim {
  claimId: string
  /** RFC 3339. */
  at: string
  by: string
  answerHash: string
  answer: string
  outcome: string
  /** Must not have voted yet. */
  voter?: string
}

/**
 * Claims an open wait: of several answers only one goes through, whatever door it came by.
 *
 * @returns the row as it stands; it is ours if its `claimId` is.
 */
export async function claimWait(world: World, wait: WaitRow, claim: Claim): Promise<WaitRow | null> {
  const { claimId, at, by, answerHash, answer, outcome, voter } = claim
  const mayVote = voter !== undefined && wait.votes !== undefined
  const check = checkIndex(wait, Date.parse(at) + 30_000)
  const row = await update(world, wait, {
    UpdateExpression:
      'SET #status = :claimed, claimId = :id, claimedAt = :at, answeredBy = :by, answerHash = :hash, ' +
      'answer = :answer, outcome = :outcome, gsi2pk = :open, gsi2sk = :check REMOVE gsi1pk, gsi1sk',
    ConditionExpression: `#status = :was AND expiresAt > :at${mayVote ? ' AND attribute_not_exists(votes.#voter)' : ''}`,
    ExpressionAttributeNames: { '#status': 'status', ...(mayVote ? { '#voter': voter } : {}) },
    ExpressionAttributeValues: {
      ':claimed': 'claimed',
      ':was': 'open',
      ':id': claimId,
      ':at': at,
      ':by': by,
      ':hash': answerHash,
      ':answer': answer,
      ':outcome': outcome,
      ':open': check.gsi2pk,
      ':check': check.gsi2sk,
    },
  })
  return row.row
}

/** Records a vote for approval; the wait stays open. `voted: false` = closed, late, or voted before. */
export async function voteOnWait(
  world: World,
  wait: WaitRow,
  voter: string,
  vote: Vote,
): Promise<{ voted: boolean; row: WaitRow | null }> {
  const { changed, row } = await update(world, wait, {
    UpdateExpression: 'SET votes.#voter = :vote',
    ConditionExpression: '#status = :open AND expiresAt > :at AND attribute_not_exists(votes.#voter)',
    ExpressionAttributeNames: { '#status': 'status', '#voter': voter },
    ExpressionAttributeValues: { ':open': 'open', ':vote': vote, ':at': vote.at },
  })
  return { voted: changed, row }
}

/** Gives a claim back: the engine surely has not got the answer. */
export async function reopenWait(world: World, wait: WaitRow): Promise<void> {
  const check = checkIndex(wait, Date.parse(wait.expiresAt) + 60_000)
  await update(world, wait, {
    UpdateExpression:
      'SET #status = :open, gsi1pk = :waits, gsi1sk = :sort, gsi2pk = :pk, gsi2sk = :check ' +
      'REMOVE claimId, claimedAt, answeredBy, answerHash, answer, outcome',
    ConditionExpression: '#status = :claimed AND claimId = :id',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':open': 'open',
      ':claimed': 'claimed',
      ':id': wait.claimId ?? '',
      ':waits': indexKeys.waits(wait.orgId),
      ':sort': `${wait.expiresAt}#${wait.runId}`,
      ':pk': check.gsi2pk,
      ':check': check.gsi2sk,
    },
  })
}

/** Puts a later token in the place of the present one. */
export async function replaceToken(world: World, wait: WaitRow, token: string): Promise<WaitRow | null> {
  const { row } = await update(world, wait, {
    UpdateExpression: 'SET #token = :token',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#token': 'token' },
    ExpressionAttributeValues: { ':token': token },
  })
  return row
}

/** How a wait ends, and what its record keeps of it. */
export interface Closing {
  status: 'answered' | 'expired' | 'cancelled'
  /** RFC 3339. */
  at: string
  /** Statuses that may end this way. */
  from: WaitStatus[]
  set?: Partial<WaitRow>
}

/**
 * Closes a wait and takes it off its run, at once.
 *
 * @returns false if the wait was in none of the statuses.
 */
export async function closeWait(world: World, wait: WaitRow, closing: Closing): Promise<boolean> {
  const run = runUpdate(wait.orgId, wait.runId, { set: { updatedAt: closing.at } })
  const written = await transact(world, [
    { Update: { TableName: '', ...closeUpdate(wait, closing) } },
    {
      Update: {
        TableName: '',
        ...run,
        UpdateExpression: `${run.UpdateExpression} DELETE openWaits :key`,
        ExpressionAttributeValues: { ...run.ExpressionAttributeValues, ':key': new Set([wait.stepKey]) },
      },
    },
  ])
  return written.ok
}

/** The write that closes a wait, for the transaction of a cancel. */
export function closeUpdate(wait: Pick<WaitRow, 'orgId' | 'runId' | 'stepKey'>, closing: Closing) {
  const { status, at, from, set = {} } = closing
  const more = Object.entries(set)
  return {
    Key: keys.wait(wait.orgId, wait.runId, wait.stepKey),
    UpdateExpression:
      `SET #status = :status, closedAt = :at${more.map(([name]) => `, #${name} = :${name}`).join('')} ` +
      'REMOVE gsi1pk, gsi1sk, gsi2pk, gsi2sk',
    ConditionExpression: `#status IN (${from.map((_, index) => `:from${index}`).join(', ')})`,
    ExpressionAttributeNames: {
      '#status': 'status',
      ...Object.fromEntries(more.map(([name]) => [`#${name}`, name])),
    },
    ExpressionAttributeValues: {
      ':status': status,
      ':at': at,
      ...Object.fromEntries(more.map(([name, value]) => [`:${name}`, value])),
      ...Object.fromEntries(from.map((status, index) => [`:from${index}`, status])),
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  }
}

/** Closes a wait whose run has ended, if it still stands open. */
export async function cancelWait(world: World, wait: WaitRow, at: string): Promise<void> {
  const { ReturnValuesOnConditionCheckFailure: _, ...input } = closeUpdate(wait, {
    status: 'cancelled',
    at,
    from: ['open'],
  })
  try {
    await world.db.send(new UpdateCommand({ TableName: world.settings.table, ...input }))
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}

type Change = Pick<
  NonNullable<Write['Update']>,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>

async function update(
  { db, settings }: World,
  wait: WaitRow,
  change: Change,
): Promise<{ changed: boolean; row: WaitRow | null }> {
  try {
    const { Attributes } = await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.wait(wait.orgId, wait.runId, wait.stepKey),
        ...change,
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    )
    return { changed: true, row: Attributes as WaitRow }
  } catch (error) {
    const found = itemFound(error)
    if (!found) throw error
    return { changed: false, row: (found.item as WaitRow | undefined) ?? null }
  }
}
