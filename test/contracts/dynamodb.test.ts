import { afterAll, beforeAll, describe } from 'vitest'
import { batches } from './dynamodb/batches.ts'
import { conditions } from './dynamodb/conditions.ts'
import { indexes } from './dynamodb/indexes.ts'
import { items } from './dynamodb/items.ts'
import { limits } from './dynamodb/limits.ts'
import { queries } from './dynamodb/queries.ts'
import { openers, type Subject } from './dynamodb/subject.ts'
import { transactions } from './dynamodb/transactions.ts'
import { updates } from './dynamodb/updates.ts'

// The same checks for the local endpoint and, under `npm run contract`, for any other DynamoDB.
describe.each(openers())('DynamoDB: $name', ({ open }) => {
  let subject: Subject
  beforeAll(async () => {
    subject = await open()
  }, 150_000)
  afterAll(() => subject.close())

  const checks = { items, conditions, updates, queries, indexes, transactions, batches, limits }
  describe.each(Object.entries(checks))('%s', (_, check) => check(() => subject))
})
