import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb'
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { World } from '../world.ts'

/** One write of a transaction, without the table's name. */
export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** Whether a conditional write went through; if not, the items whose condition failed, as they stand. */
export type Written = { ok: true } | { ok: false; found: (Record<string, unknown> | undefined)[] }

/** Tries of a transaction that meets another one at the same item (aws.md 3.3). */
const tries = 4

/**
 * Writes all or nothing. Meeting another transaction is tried again with jitter.
 *
 * @returns `ok: false` if a condition failed: `found` has the item of each failed condition at its place.
 * @throws the SDK's error for everything else, conflicts that last included.
 */
export async function transact(world: World, writes: Write[], token?: string): Promise<Written> {
  for (let attempt = 1; ; attempt++) {
    try {
      const named = writes.map((write) => withTable(write, world.settings.table))
      await world.db.send(
        new TransactWriteCommand({
          TransactItems: named,
          ...(token === undefined ? {} : { ClientRequestToken: token }),
        }),
      )
      return { ok: true }
    } catch (error) {
      const failed = failedConditions(error)
      if (failed) return { ok: false, found: failed }
      if (!isConflict(error) || attempt === tries) throw error
      await world.clock.sleep(attempt * 20 * (0.5 + Math.random()))
    }
  }
}

/** The item that failed a write's condition (`ReturnValuesOnConditionCheckFailure: ALL_OLD`); null for other errors. */
export function itemFound(error: unknown): { item: Record<string, unknown> | undefined } | null {
  if (!(error instanceof ConditionalCheckFailedException)) return null
  return { item: error.Item && unmarshall(error.Item) }
}

/** True for an error that two writers at the same item cause each other. */
export function isConflict(error: unknown): boolean {
  if (error instanceof TransactionConflictException || error instanceof TransactionInProgressException)
    return true
  if (!(error instanceof TransactionCanceledException)) return false
  return (error.CancellationReasons ?? []).some(({ Code }) => Code === 'TransactionConflict')
}

function failedConditions(error: unknown): (Record<string, unknown> | undefined)[] | null {
  if (!(error instanceof TransactionCanceledException)) return null
  const reasons = error.CancellationReasons ?? []
  if (!reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return null
  // An item that was not there fails a condition too: it stands as an empty object.
  return reasons.map(({ Code, Item }) =>
    Code === 'ConditionalCheckFailed' ? (Item ? unmarshall(Item) : {}) : undefined,
  )
}

function withTable(write: Write, TableName: string): Write {
  return Object.fromEntries(Object.entries(write).map(([verb, input]) => [verb, { ...input, TableName }]))
}
