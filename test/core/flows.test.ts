import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeFlow, createFlow, deleteFlow, listFlows, readFlow } from '../../shared/core/flows.ts'
import { publishFlow } from '../../shared/core/publish.ts'
import type { World } from '../../shared/world.ts'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { ann, broken, greeting } from './authors.ts'

let opened: TestWorld
let world: World
let clock: FakeClock
beforeAll(async () => {
  clock = fakeClock()
  opened = await openTestWorld({ clock })
  world = opened.world
})
afterAll(() => opened.close())

describe('a new flow', () => {
  test('has a draft as it was written, comments included, and no version', async () => {
    const made = await createFlow(world, ann, { definition: greeting(), tags: ['crm', 'a'] })

    expect(made).toMatchObject({
      name: 'Greeting',
      description: null,
      tags: ['crm', 'a'],
      status: 'draft',
      latestVersion: null,
      versionCount: 0,
      hasUnpublishedChanges: true,
      revision: 1,
      triggers: ['api'],
      inputs: null,
      label: '1.0.0',
      problems: [],
      createdBy: 'user:ann',
      updatedBy: 'user:ann',
      autosavedAt: null,
    })
    expect(made.written).toEqual({ text: greeting(), format: 'yaml', dialect: 'nodes' })
    expect(await readFlow(world, 'o', made.id)).toEqual(made)
  })

  test('without a definition is an empty document with its name', async () => {
    const made = await createFlow(world, ann, { name: '  Cafe\u0301 ' })

    expect(made.name).toBe('Café')
    expect(JSON.parse(made.written.text)).toEqual({ metadata: { name: 'Café' }, nodes: {} })
    expect(made.problems.map(({ code }) => code)).toContain('no_start')
  })

  test('given as an object is kept as JSON text with two-space indent', async () => {
    const definition = {
      metadata: { name: 'Object' },
      nodes: { a: { type: 'final', params: { output: 1 } } },
    }

    const made = await createFlow(world, ann, { definition })

    expect(made.written).toMatchObject({ text: JSON.stringify(definition, null, 2), format: 'json' })
    expect(made.problems).toEqual([])
  })

  test('with errors is stored and returned with all of them', async () => {
    const made = await createFlow(world, ann, { definition: broken })

    expect(made.problems).toContainEqual(
      expect.objectContaining({ severity: 'error', stepId: 'say', code: 'unknown_target', line: 3 }),
    )
  })

  test('shows what only the compiler refuses', async () => {
    const definition = `metadata: { name: Long }
nodes:
  again: { type: while, params: { when: true, maxIterations: 1000 }, body: { nodes: {
${Array.from({ length: 40 }, (_, i) => `    s${i}: { type: log, params: { message: x }, next: s${i + 1} },`).join('\n')}
    s40: { type: log, params: { message: x } } } } }
`
    const made = await createFlow(world, ann, { definition })

    expect(made.problems.filter(({ severity }) => severity === 'error')).not.toEqual([])
    await expect(publishFlow(world, ann, made.id)).rejects.toMatchObject({ code: 'validation_failed' })
  })

  test.each([
    ['no name at all', { definition: { nodes: {} } }, '/name', 'required'],
    ['a blank name', { name: '  ' }, '/name', 'required'],
    ['a name of 201 characters', { name: 'x'.repeat(201) }, '/name', 'too_long'],
    ['a control character', { name: 'a\u0007b' }, '/name', 'bad_characters'],
    ['half a character', { name: 'a\ud800' }, '/name', 'bad_characters'],
    ['a long description', { name: 'x', description: 'x'.repeat(2001) }, '/description', 'too_long'],
    ['21 tags', { name: 'x', tags: Array.from({ length: 21 }, (_, i) => `t${i}`) }, '/tags', 'too_many'],
    ['a tag twice', { name: 'x', tags: ['a', 'a'] }, '/tags/1', 'duplicate'],
    ['a tag of 65 characters', { name: 'x', tags: ['x'.repeat(65)] }, '/tags/0', 'too_long'],
    ['an empty tag', { name: 'x', tags: [''] }, '/tags/0', 'required'],
  ])('is refused with %s', async (_, content, path, code) => {
    await expect(createFlow(world, ann, content as never)).rejects.toMatchObject({
      code: 'validation_failed',
      details: { issues: [expect.objectContaining({ path, code })] },
    })
  })

  test('is not stored when its text cannot be read, and the place is told', async () => {
    const before = (await listFlows(world, 'o', { limit: 1 })).total

    await expect(createFlow(world, ann, { name: 'x', definition: 'nodes: [a' })).rejects.toMatchObject({
      code: 'validation_failed',
      details: { issues: [expect.objectContaining({ path: '/definition', line: expect.any(Number) })] },
    })

    expect((await listFlows(world, 'o', { limit: 1 })).total).toBe(before)
  })
})

describe('a change', () => {
  test('adds one to the revision and moves updatedAt; identical content does neither', async () => {
    const made = await createFlow(world, ann, { definition: greeting(), tags: ['a'] })
    await clock.advance(1000)

    const bob = { orgId: 'o', actor: 'user:bob' }
    const changed = await changeFlow(world, bob, made.id, { name: 'Other', description: 'd', tags: ['b'] })
    await clock.advance(1000)
    const same = await changeFlow(world, ann, made.id, {
      name: ' Other ',
      description: 'd',
      tags: ['b'],
      definition: greeting(),
    })

    expect(changed).toMatchObject({
      name: 'Other',
      description: 'd',
      tags: ['b'],
      revision: 2,
      createdBy: 'user:ann',
      updatedBy: 'user:bob',
    })
    expect(changed.updatedAt > made.updatedAt).toBe(true)
    // Renaming never rewrites the author's text.
    expect(changed.written).toEqual(made.written)
    expect(same).toEqual(changed)
    expect(await changeFlow(world, ann, made.id, {})).toEqual(changed)
    expect((await changeFlow(world, ann, made.id, { description: null })).description).toBeNull()
  })

  test('of the definition replaces the draft', async () => {
    const { id } = await createFlow(world, ann, { definition: greeting() })

    const definition = `${greeting('bye')}inputs:\n  - { name: name, type: text, required: true }\ntriggers: [{ type: form }]\n`
    const changed = await changeFlow(world, ann, id, { definition })

    expect(changed.written.text).toBe(definition)
    expect(changed).toMatchObject({ triggers: ['form'], inputs: [{ name: 'name', required: true }] })
  })

  test.each([
    ['If-Match', { ifMatch: ['"r1"'] }, 'etag_mismatch', 412],
    ['a body revision', { revision: 1 }, 'conflict', 409],
  ])('based on an older revision is refused by %s', async (_, guard, code, status) => {
    const { id } = await createFlow(world, ann, { name: 'Guarded' })
    const now = await changeFlow(world, ann, id, { name: 'Moved' })

    const refusal = {
      code,
      status,
      details: { etag: '"r2"', revision: 2, updatedAt: now.updatedAt, updatedBy: 'user:ann' },
    }
    await expect(changeFlow(world, ann, id, { name: 'Late' }, guard)).rejects.toMatchObject(refusal)
    await expect(publishFlow(world, ann, id, { guard })).rejects.toMatchObject(refusal)
    await expect(deleteFlow(world, ann, id, { guard })).rejects.toMatchObject(refusal)
    expect((await readFlow(world, 'o', id)).name).toBe('Moved')
  })

  test.each([
    ['the revision in a list', { ifMatch: ['"r7"', '"r1"'] }],
    ['*', { ifMatch: ['*'] }],
    ['both guards alike', { ifMatch: ['"r1"'], revision: 1 }],
  ])('guarded by %s goes through', async (_, guard) => {
    const { id } = await createFlow(world, ann, { name: 'Guarded' })

    expect((await changeFlow(world, ann, id, { name: 'On time' }, guard)).revision).toBe(2)
  })

  test('guarded by a weak tag never matches', async () => {
    const { id } = await createFlow(world, ann, { name: 'Guarded' })

    await expect(changeFlow(world, ann, id, { name: 'x' }, { ifMatch: ['W/"r1"'] })).rejects.toMatchObject({
      code: 'etag_mismatch',
    })
  })

  test('whose guards contradict each other is an invalid request', async () => {
    const { id } = await createFlow(world, ann, { name: 'Guarded' })

    const guard = { ifMatch: ['"r1"'], revision: 2 }
    await expect(changeFlow(world, ann, id, { name: 'x' }, guard)).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })
})

describe('deletion', () => {
  test('takes the flow out of every read at once; a second one finds nothing', async () => {
    const { id } = await createFlow(world, ann, { definition: greeting(), tags: ['gone'] })
    await publishFlow(world, ann, id)

    expect(await deleteFlow(world, ann, id)).toEqual({ openRuns: 0 })

    const missing = { code: 'not_found' }
    await expect(readFlow(world, 'o', id)).rejects.toMatchObject(missing)
    await expect(changeFlow(world, ann, id, { name: 'x' })).rejects.toMatchObject(missing)
    await expect(publishFlow(world, ann, id)).rejects.toMatchObject(missing)
    await expect(deleteFlow(world, ann, id)).rejects.toMatchObject(missing)
    expect((await listFlows(world, 'o', { tag: 'gone', limit: 10 })).flows).toEqual([])
  })

  test("A1 another organisation's flow does not exist", async () => {
    const { id } = await createFlow(world, ann, { definition: greeting() })
    const eve = { orgId: 'other', actor: 'user:eve' }

    const missing = { code: 'not_found', message: 'There is no such flow' }
    await expect(readFlow(world, 'other', id)).rejects.toMatchObject(missing)
    await expect(changeFlow(world, eve, id, { name: 'x' })).rejects.toMatchObject(missing)
    await expect(publishFlow(world, eve, id)).rejects.toMatchObject(missing)
    await expect(deleteFlow(world, eve, id)).rejects.toMatchObject(missing)
    expect((await readFlow(world, 'o', id)).revision).toBe(1)
  })
})
