import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FlowQuery } from '../../shared/core/flow-list.ts'
import { changeFlow, createFlow, listFlows, readFlow } from '../../shared/core/flows.ts'
import { publishFlow } from '../../shared/core/publish.ts'
import { fakeClock } from '../fake-clock.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { ann, greeting } from './authors.ts'

const clock = fakeClock()
let opened: TestWorld
const ids: Record<string, string> = {}

beforeAll(async () => {
  opened = await openTestWorld({ clock })
  for (const [name, tags, form] of [
    ['Alpha', ['crm'], false],
    ['beta', [], true],
    ['Gamma', ['crm', 'x'], false],
    ['Delta Alpha', [], false],
    ['Epsilon', ['CRM'], false],
  ] as const) {
    await clock.advance(1000)
    const definition = form ? `${greeting()}triggers: [{ type: form }]\n` : greeting()
    ids[name] = (await createFlow(opened.world, ann, { name, tags: [...tags], definition })).id
  }
  await createFlow(opened.world, { orgId: 'other', actor: 'user:eve' }, { name: 'Alpha of others' })
  await clock.advance(1000)
  await publishFlow(opened.world, ann, ids.beta!)
})
afterAll(() => opened.close())

const names = async (query: Partial<FlowQuery>) => {
  const page = await listFlows(opened.world, 'o', { limit: 20, ...query })
  return page.flows.map(({ name }) => name)
}

test('flows come newest change first, or the other way round', async () => {
  expect(await names({})).toEqual(['beta', 'Epsilon', 'Delta Alpha', 'Gamma', 'Alpha'])
  expect(await names({ order: 'asc' })).toEqual(['Alpha', 'Gamma', 'Delta Alpha', 'Epsilon', 'beta'])
})

test.each([
  ['a part of the name in any case', { q: 'ALPHA' }, ['Delta Alpha', 'Alpha']],
  ['one whole tag, case-sensitive', { tag: 'crm' }, ['Gamma', 'Alpha']],
  ['no part of a tag', { tag: 'cr' }, []],
  ['what is published', { status: 'published' }, ['beta']],
  ['what is not', { status: 'draft', order: 'asc' }, ['Alpha', 'Gamma', 'Delta Alpha', 'Epsilon']],
  ['a trigger', { trigger: 'form' }, ['beta']],
  ['several at once', { q: 'a', tag: 'crm', trigger: 'api' }, ['Gamma', 'Alpha']],
] as const)('flows are found by %s', async (_, query, found) => {
  expect(await names(query)).toEqual(found)
})

test('a list shows what a flow shows, without its draft', async () => {
  const { flows } = await listFlows(opened.world, 'o', { q: 'beta', limit: 1 })

  const {
    written: _,
    inputs: __,
    problems: ___,
    graph: ____,
    ...short
  } = await readFlow(opened.world, 'o', ids.beta!)
  expect(flows).toEqual([short])
  expect(short).toMatchObject({ status: 'published', latestVersion: 1, hasUnpublishedChanges: false })
})

describe('pages', () => {
  test('by offset tell how many there are and where the next begins', async () => {
    const page = await listFlows(opened.world, 'o', { limit: 2, offset: 1 })

    expect(page.flows.map(({ name }) => name)).toEqual(['Epsilon', 'Delta Alpha'])
    expect(page).toMatchObject({ total: 5, totalCapped: false, next: { id: ids['Delta Alpha'] } })
  })

  test('beyond the end are empty', async () => {
    expect(await listFlows(opened.world, 'o', { limit: 2, offset: 9 })).toMatchObject({
      flows: [],
      total: 5,
      next: null,
    })
  })

  test.each([
    ['desc', true],
    ['asc', true],
    ['desc', false],
    ['asc', false],
  ] as const)('one after another (%s, counted: %s) show every flow once', async (order, count) => {
    const seen: string[] = []
    let query: FlowQuery = { limit: 2, order, count }
    for (let page = 0; page < 3; page++) {
      const { flows, total, next } = await listFlows(opened.world, 'o', query)
      seen.push(...flows.map(({ name }) => name))
      expect(total).toBe(count ? 5 : null)
      expect(next === null).toBe(page === 2)
      if (next) query = { ...query, after: next }
    }
    expect(seen).toEqual(await names({ order }))
  })

  test('go on where they stood although flows have moved since', async () => {
    const first = await listFlows(opened.world, 'o', { limit: 2, order: 'asc', q: 'a' })
    await clock.advance(1000)
    await changeFlow(opened.world, ann, ids.Alpha!, { description: 'moved to the end' })

    const second = await listFlows(opened.world, 'o', { limit: 2, order: 'asc', q: 'a', after: first.next! })

    expect(first.flows.map(({ name }) => name)).toEqual(['Alpha', 'Gamma'])
    expect(second.flows.map(({ name }) => name)).toEqual(['Delta Alpha', 'beta'])
  })
})
