import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { runUpdate } from './runs.ts'
import { indexKeys, keys } from './table.ts'
import { itemFound, transact, type Write } from './transact.ts'
import { checkIndex, type Vote, type WaitRow, type WaitStatus } from './waits.ts'

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

/** Puts another question in the place of the one that was seen. @returns false if somebody was faster. */
export async function replaceQuestion(world: World, wait: WaitRow, question: string): Promise<boolean> {
  const { changed } = await update(world, wait, {
    UpdateExpression: 'SET question = :next',
    ConditionExpression: '#status = :open AND question = :seen',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':open': 'open', ':next': question, ':seen': wait.question },
  })
  return changed
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

/** What a claim leaves on a wait. */
const claimed = [
  'claimId',
  'claimedAt',
  'answeredBy',
  'answeredAt',
  'answerHash',
  'answer',
  'outcome',
] as const

/** The write that closes a wait, for the transaction of a cancel. An answer that was not taken leaves nothing. */
export function closeUpdate(wait: Pick<WaitRow, 'orgId' | 'runId' | 'stepKey'>, closing: Closing) {
  const { status, at, from, set = {} } = closing
  const more = Object.entries(set)
  const untaken = status === 'answered' ? [] : claimed.filter((name) => set[name] === undefined)
  return {
    Key: keys.wait(wait.orgId, wait.runId, wait.stepKey),
    UpdateExpression:
      `SET #status = :status, closedAt = :at${more.map(([name]) => `, #${name} = :${name}`).join('')} ` +
      `REMOVE ${['gsi1pk', 'gsi1sk', 'gsi2pk', 'gsi2sk', ...untaken].join(', ')}`,
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
