import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeFlow, createFlow, deleteFlow } from '../../shared/core/flows.ts'
import { publishFlow, saveAndPublish } from '../../shared/core/publish.ts'
import { monthOf } from '../../shared/store/audit.ts'
import { auditOf } from '../audit-of.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { ann, broken, greeting } from './authors.ts'

let opened: TestWorld
beforeAll(async () => {
  opened = await openTestWorld()
})
afterAll(() => opened.close())

test('what is done to a flow is written down with it, and what is refused or changes nothing is not', async () => {
  const { world } = opened
  const author = { ...ann, address: '192.0.2.1', requestId: 'req_1' }

  const { id } = await createFlow(world, author, { definition: greeting() })
  await changeFlow(world, author, id, { name: 'Other' })
  await changeFlow(world, author, id, { name: 'Other' })
  await changeFlow(world, author, id, { name: 'Late' }, { revision: 1 }).catch(() => {})
  await publishFlow(world, author, id)
  await saveAndPublish(world, author, { flowId: id, definition: broken }).catch(() => {})
  await saveAndPublish(world, author, { flowId: id, tags: ['x'] })
  await deleteFlow(world, author, id)

  const entries = await auditOf(world, 'o', monthOf(new Date().toISOString()))
  expect(entries.map(({ action, details }) => [action, details])).toEqual([
    ['flow.deleted', '{}'],
    ['flow.changed', '{}'],
    ['flow.published', '{"version":1}'],
    ['flow.changed', '{}'],
    ['flow.created', '{}'],
  ])
  for (const entry of entries)
    expect(entry).toMatchObject({
      actor: 'user:ann',
      target: id,
      address: '192.0.2.1',
      requestId: 'req_1',
    })
})
