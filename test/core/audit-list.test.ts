import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuditQuery, listAuditTrail } from '../../shared/core/audit-list.ts'
import { monthOf } from '../../shared/store/audit.ts'
import { keys } from '../../shared/store/table.ts'
import { failCalls } from '../failing-calls.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { org, person } from './runs-fixture.ts'

const count = 10_050
const ann = person('ann')

let opened: TestWorld
beforeAll(async () => {
  opened = await openTestWorld()
  const { world } = opened
  const at = new Date(world.clock.now()).toISOString()
  for (let first = 0; first < count; first += 25) {
    const puts = Array.from({ length: 25 }, (_, nth) => {
      const id = String(first + nth).padStart(26, '0')
      const entry = { id, at, actor: 'user:ann', action: id.endsWith('00007') ? 'flow.rare' : 'flow.saved' }
      const rest = { target: 'x', requestId: null, address: null, details: '{}' }
      return { PutRequest: { Item: { ...keys.audit(org, monthOf(at), id), ...entry, ...rest } } }
    })
    await world.db.send(new BatchWriteCommand({ RequestItems: { [world.settings.table]: puts } }))
  }
})
afterAll(() => opened.close())

/** A page, and how many calls it took. */
async function page(query: Partial<AuditQuery>) {
  const counting = failCalls(opened.world, { nth: 0, error: () => new Error('never') })
  const { entries, next } = await listAuditTrail(opened.world, ann, { limit: 2, ...query })
  counting.stop()
  return { ids: entries.map(({ id }) => Number(id)), next: next ?? undefined, calls: counting.seen.length }
}

test('a page goes on where the one before has ended, without reading what that has read', async () => {
  const first = await page({})
  const deep = await page({ after: '200'.padStart(26, '0') })

  expect(first.ids).toEqual([count - 1, count - 2])
  expect(deep.ids).toEqual([199, 198])
  expect(deep.calls).toBeLessThanOrEqual(first.calls)
})

test('what is rare is looked for in ten thousand entries a page, and found on the next', async () => {
  const first = await page({ action: 'flow.rare' })
  const second = await page({ action: 'flow.rare', after: first.next })

  expect([first.ids, Number(first.next)]).toEqual([[], count - 10_000])
  expect([second.ids, second.next]).toEqual([[7], undefined])
})
