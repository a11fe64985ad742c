import type { AccountRow } from './accounts.ts'
import { indexKeys, keys } from './table.ts'
import type { Write } from './transact.ts'

/** Puts a new account and the lock on its e-mail; without effect if the e-mail is taken. */
export function putAccount(row: AccountRow): Write[] {
  return [
    { Put: { TableName: '', Item: itemOf(row), ConditionExpression: 'attribute_not_exists(pk)' } },
    putLock(row),
  ]
}

/** Replaces an account as it was read, and moves the lock if its e-mail changes. */
export function changeAccountRow(before: AccountRow, after: AccountRow): Write[] {
  const change: Write = {
    Put: {
      TableName: '',
      Item: itemOf({ ...after, rev: before.rev + 1 }),
      ConditionExpression: 'rev = :seen',
      ExpressionAttributeValues: { ':seen': before.rev },
    },
  }
  return before.email === after.email ? [change] : [change, putLock(after), dropLock(before)]
}

/** Removes an account as it was read, and the lock on its e-mail. */
export function dropAccount(row: AccountRow): Write[] {
  const remove: Write = {
    Delete: {
      TableName: '',
      Key: keys.account(row.orgId, row.id),
      ConditionExpression: 'rev = :seen',
      ExpressionAttributeValues: { ':seen': row.rev },
    },
  }
  return [remove, dropLock(row)]
}

/** Holds only if this other account is an admin still: two admins cannot remove each other. */
export function stillAdmin({ orgId, id }: AccountRow): Write {
  return {
    ConditionCheck: {
      TableName: '',
      Key: keys.account(orgId, id),
      ConditionExpression: '#role = :admin AND attribute_not_exists(disabled)',
      ExpressionAttributeNames: { '#role': 'role' },
      ExpressionAttributeValues: { ':admin': 'admin' },
    },
  }
}

function itemOf(row: AccountRow) {
  return {
    ...row,
    ...keys.account(row.orgId, row.id),
    gsi1pk: indexKeys.accounts(row.orgId),
    gsi1sk: `${row.createdAt}#${row.id}`,
  }
}

function putLock({ email, orgId, id }: AccountRow): Write {
  const Item = { ...keys.nameLock(email), org: orgId, account: id }
  return { Put: { TableName: '', Item, ConditionExpression: 'attribute_not_exists(pk)' } }
}

function dropLock({ email }: AccountRow): Write {
  return { Delete: { TableName: '', Key: keys.nameLock(email) } }
}
