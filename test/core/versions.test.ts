import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeFlow, createFlow, deleteFlow } from '../../shared/core/flows.ts'
import { publishFlow, saveAndPublish } from '../../shared/core/publish.ts'
import { stepsOf } from '../../shared/core/step-names.ts'
import { listVersions, readMachine, readVersion, resolveVersion } from '../../shared/core/versions.ts'
import type { World } from '../../shared/world.ts'
import { failCalls } from '../failing-calls.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { ann, asking, broken, greeting } from './authors.ts'

let opened: TestWorld
let world: World
beforeAll(async () => {
  opened = await openTestWorld()
  world = opened.world
})
afterAll(() => opened.close())

const anew = async (definition = greeting()) => (await createFlow(world, ann, { definition })).id
const published = async (definition = greeting()) =>
  (await saveAndPublish(world, ann, { definition })).flow.id

/** How many calls of AWS something makes. */
async function calls(work: () => Promise<unknown>): Promise<string[]> {
  const counting = failCalls(world, { nth: 0, error: () => new Error('never') })
  await work().finally(counting.stop)
  return counting.seen
}

describe('a start', () => {
  test('resolves the latest version, a number or the draft', async () => {
    const id = await published(greeting('one'))
    await changeFlow(world, ann, id, { definition: greeting('two') })
    await publishFlow(world, ann, id)
    await changeFlow(world, ann, id, { definition: asking })

    const latest = await resolveVersion(world, 'o', id, 'latest')
    const first = await resolveVersion(world, 'o', id, 1)
    const draft = await resolveVersion(world, 'o', id, 'draft')

    expect([latest.version, first.version, draft.version]).toEqual([2, 1, null])
    expect([latest.label, draft.label]).toEqual(['2.0.0', null])
    expect(latest.graph.nodes.say?.params).toEqual({ set: { text: 'two {{inputs.name}}' } })
    expect(first.graph.nodes.say?.params).toEqual({ set: { text: 'one {{inputs.name}}' } })
    expect([latest.kinds.standardOnly, draft.kinds.standardOnly]).toEqual([false, true])
    expect(draft.flow).toEqual({ id, orgId: 'o', secretsOwner: 'ann', revision: 4 })
  })

  test('resolves with one read, machine included, once the version is known', async () => {
    const id = await published()
    const start = async (version: number | 'latest') =>
      (await resolveVersion(world, 'o', id, version)).machine('express')
    await start('latest')

    expect(await calls(() => start('latest'))).toEqual(['GetItemCommand'])
    expect(await calls(() => start(1))).toEqual(['BatchGetItemCommand'])
  })

  test('in another process resolves to the machine that was published', async () => {
    const id = await published()
    const other = opened.another()

    const here = await (await resolveVersion(world, 'o', id, 'latest')).machine('express')
    const there = await (await resolveVersion(other, 'o', id, 1)).machine('express')

    expect(there).toEqual(here)
  })

  test.each([
    ['an unknown flow', async () => [crypto.randomUUID(), 'latest'], 'not_found'],
    ['an unknown number', async () => [await published(), 9], 'not_found'],
    ['a flow without a version', async () => [await anew(), 'latest'], 'version_not_published'],
    ['a draft with errors', async () => [await anew(broken), 'draft'], 'validation_failed'],
  ] as const)('of %s is refused', async (_, make, code) => {
    const [id, version] = await make()

    await expect(resolveVersion(world, 'o', id as string, version as 'latest')).rejects.toMatchObject({
      code,
    })
  })

  test('A1 of a flow of another organisation is refused, although this process knows the version', async () => {
    const id = await published()
    await resolveVersion(world, 'o', id, 'latest')

    for (const version of ['latest', 1, 'draft'] as const)
      await expect(resolveVersion(world, 'other', id, version)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('of a deleted flow is refused at once', async () => {
    const id = await published()
    await resolveVersion(world, 'o', id, 'latest')
    await deleteFlow(world, ann, id)

    for (const version of ['latest', 1, 'draft'] as const)
      await expect(resolveVersion(world, 'o', id, version)).rejects.toMatchObject({ code: 'not_found' })
    // What its runs began with stays readable for them.
    const begun = { orgId: 'o', flowId: id, version: 1 }
    expect((await stepsOf(opened.another(), begun)).get('say')).toBeDefined()
  })
})

describe('the machine that publishing did not make', () => {
  test('is made by the first start that needs it, and noted with the version', async () => {
    const id = await published(greeting('on demand'))
    const { create } = opened.machines.calls

    const [one, two] = await Promise.all([
      resolveVersion(world, 'o', id, 'latest').then(({ machine }) => machine('standard')),
      resolveVersion(opened.another(), 'o', id, 1).then(({ machine }) => machine('standard')),
    ])
    const made = opened.machines.made.find(({ name }) => name === one.name)

    expect(one).toEqual(two)
    expect(one.name).toMatch(/-S$/)
    expect(made).toMatchObject({ type: 'STANDARD' })
    expect(opened.machines.calls.create - create).toBeLessThanOrEqual(2)
    const later = await resolveVersion(opened.another(), 'o', id, 1)
    expect(await calls(async () => expect(await later.machine('standard')).toEqual(one))).toEqual([])
  })
})

describe('reading', () => {
  test('lists versions newest first, in parts, without their text', async () => {
    const id = await published(greeting('v'))
    for (let i = 0; i < 4; i++) await publishFlow(world, ann, id, { setLatest: i < 3 })

    const first = await listVersions(world, 'o', id, { limit: 2 })
    const second = await listVersions(world, 'o', id, { limit: 2, below: first.next! })
    const third = await listVersions(world, 'o', id, { limit: 2, below: second.next! })
    const byOffset = await listVersions(world, 'o', id, { limit: 2, offset: 3 })

    const numbers = (page: typeof first) => page.versions.map(({ version }) => version)
    expect([first, second, third, byOffset].map(numbers)).toEqual([[5, 4], [3, 2], [1], [2, 1]])
    expect([first, second, third, byOffset].map(({ next }) => next)).toEqual([4, 2, null, null])
    expect([first, second, third, byOffset].map(({ total }) => total)).toEqual([5, 5, 5, 5])
    expect(first.versions.map(({ isLatest }) => isLatest)).toEqual([false, true])
    expect(first.versions[0]).not.toHaveProperty('written')
  })

  test('of a version that is not there is refused', async () => {
    const id = await anew()

    for (const version of ['latest', 1] as const)
      await expect(readVersion(world, 'o', id, version)).rejects.toMatchObject({ code: 'not_found' })
    await expect(listVersions(world, 'other', id)).rejects.toMatchObject({ code: 'not_found' })
  })

  // The list read every member but the forecast, and told that there was none.
  test('shows of each version what it shows alone', async () => {
    const id = await published()

    const { versions } = await listVersions(world, 'o', id)

    const { written: _, ...alone } = await readVersion(world, 'o', id, 1)
    expect(alone.forecast).not.toBeNull()
    expect(versions).toEqual([alone])
  })

  test('of a machine gives what the engine was given', async () => {
    const id = await published(greeting('machine'))

    const { create } = opened.machines.calls
    const express = await readMachine(world, 'o', id, 'latest')
    const standard = await readMachine(world, 'o', id, 1, 'standard')
    // M1 reading makes nothing, also where no start has needed the machine yet.
    expect(opened.machines.calls.create).toBe(create)
    await (await resolveVersion(world, 'o', id, 1)).machine('standard')
    expect(await readMachine(world, 'o', id, 1, 'standard')).toEqual(standard)

    const made = (name: string) => opened.machines.made.find((machine) => machine.name === name)
    expect(express).toMatchObject({ flowId: id, version: 1, type: 'express', compilerVersion: '2' })
    expect(standard.type).toBe('standard')
    for (const { name, definition, hash } of [express, standard]) {
      expect(JSON.parse(made(name)!.definition)).toEqual(definition)
      expect(name).toContain(hash.slice(0, 16))
    }
  })

  test('of an Express machine of a flow that waits is refused', async () => {
    const id = await published(asking)

    expect((await readMachine(world, 'o', id, 1)).type).toBe('standard')
    await expect(readMachine(world, 'o', id, 1, 'express')).rejects.toMatchObject({
      code: 'conflict',
      details: { reason: 'no_such_machine' },
    })
  })
})
