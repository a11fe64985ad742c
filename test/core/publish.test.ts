import {
  CreateStateMachineCommand,
  SFNServiceException,
  StateMachineDeleting,
  StateMachineLimitExceeded,
} from '@aws-sdk/client-sfn'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { changeFlow, createFlow, deleteFlow, listFlows, readFlow } from '../../shared/core/flows.ts'
import { publishFlow, saveAndPublish } from '../../shared/core/publish.ts'
import { listVersions, readVersion, resolveVersion } from '../../shared/core/versions.ts'
import type { World } from '../../shared/world.ts'
import { eventually } from '../eventually.ts'
import { failCalls, serviceError } from '../failing-calls.ts'
import { fakeClock } from '../fake-clock.ts'
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

describe('publishing', () => {
  test('makes the draft the next version and the latest', async () => {
    const id = await anew(`${greeting()}inputs: [{ name: name, type: text, default: you }]\n`)

    const { version, flow } = await publishFlow(world, ann, id, { notes: 'First' })

    expect(version).toMatchObject({
      flowId: id,
      version: 1,
      status: 'published',
      isLatest: true,
      notes: 'First',
      label: '1.0.0',
      machineTypes: ['express', 'standard'],
      triggers: ['api'],
      inputs: [{ name: 'name', type: 'text', default: 'you' }],
      outputSchema: null,
      problems: [],
      createdBy: 'user:ann',
      unpublishedAt: null,
    })
    expect(version.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(flow).toMatchObject({
      status: 'published',
      latestVersion: 1,
      versionCount: 1,
      revision: 2,
      hasUnpublishedChanges: false,
    })
    expect(await readFlow(world, 'o', id)).toEqual(flow)
    expect(await readVersion(world, 'o', id, 'latest')).toEqual(version)
    expect(await readVersion(world, 'o', id, 1)).toEqual(version)
  })

  test('of unchanged text makes a version again, on the same machine', async () => {
    const id = await anew(greeting('again'))
    await publishFlow(world, ann, id)
    const { create } = opened.machines.calls

    const { version } = await publishFlow(world, ann, id)

    expect(version.version).toBe(2)
    expect(opened.machines.calls.create).toBe(create)
  })

  test('without setLatest leaves the latest where there is one', async () => {
    const id = await anew()

    const first = await publishFlow(world, ann, id, { setLatest: false })
    await changeFlow(world, ann, id, { definition: greeting('hi') })
    const second = await publishFlow(world, ann, id, { setLatest: false })

    expect(first.flow.latestVersion).toBe(1)
    expect(second.flow).toMatchObject({ latestVersion: 1, versionCount: 2, hasUnpublishedChanges: true })
    expect(second.version.isLatest).toBe(false)
  })

  test('a changed draft is ahead of what is published until it is published, or changed back', async () => {
    const id = await anew()
    await publishFlow(world, ann, id)

    const ahead = await changeFlow(world, ann, id, { definition: greeting('ahoy') })
    const back = await changeFlow(world, ann, id, { definition: greeting() })

    expect([ahead.hasUnpublishedChanges, back.hasUnpublishedChanges]).toEqual([true, false])
  })

  test('takes the label from the document', async () => {
    const id = await anew('metadata: { name: Labelled, version: "2.1" }\nnodes: { a: { type: final } }\n')

    expect((await publishFlow(world, ann, id)).version.label).toBe('2.1')
  })

  test('a draft with errors is refused with all of them, and nothing is made', async () => {
    const id = await anew(broken)
    const { create } = opened.machines.calls

    await expect(publishFlow(world, ann, id)).rejects.toMatchObject({
      code: 'validation_failed',
      details: { issues: [expect.objectContaining({ code: 'unknown_target', stepId: 'say', line: 3 })] },
    })

    expect(opened.machines.calls.create).toBe(create)
    expect((await readFlow(world, 'o', id)).revision).toBe(1)
  })

  test('F12 many at once give versions without a gap, and one latest', async () => {
    const id = await anew()

    const made = await Promise.all(Array.from({ length: 12 }, () => publishFlow(world, ann, id)))

    const numbers = made.map(({ version }) => version.version).sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
    const { versions, total } = await listVersions(world, 'o', id, { limit: 100 })
    expect(total).toBe(12)
    expect(versions.filter(({ isLatest }) => isLatest).map(({ version }) => version)).toEqual([12])
    expect(await readFlow(world, 'o', id)).toMatchObject({
      revision: 13,
      latestVersion: 12,
      versionCount: 12,
    })
  })

  test('F11 of many guarded changes on one revision one goes through', async () => {
    const id = await anew()

    const tries = await Promise.allSettled(
      Array.from({ length: 16 }, (_, i) =>
        changeFlow(world, ann, id, { definition: greeting(`text ${i}`) }, { revision: 1 }),
      ),
    )

    const won = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const lost = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(won).toHaveLength(1)
    expect(lost.map(({ code, details }) => `${code} ${details.reason}`)).toEqual(
      Array(15).fill('conflict revision'),
    )
    expect(await readFlow(world, 'o', id)).toEqual(won[0])
  })

  test('F11 many changes without a guard all go through, one after another', async () => {
    const id = await anew()

    await Promise.all(
      Array.from({ length: 8 }, (_, i) => changeFlow(world, ann, id, { description: `${i}` })),
    )

    expect((await readFlow(world, 'o', id)).revision).toBe(9)
  })
})

describe('sub-flows', () => {
  const calling = (flowId: string) => `metadata: { name: Calling }
nodes:
  call: { type: flow, params: { flowId: "${flowId}", inputs: {} } }
`

  test('A8 one that is unknown, of another organisation, not published or deleted is refused', async () => {
    const other = await saveAndPublish(
      world,
      { orgId: 'other', actor: 'user:eve' },
      { definition: greeting() },
    )
    const draft = await anew()
    const deleted = await saveAndPublish(world, ann, { definition: greeting() })
    await deleteFlow(world, ann, deleted.flow.id)

    // A text that is too long for a key of the table was answered with 500.
    for (const called of [crypto.randomUUID(), 'x'.repeat(3000), other.flow.id, draft, deleted.flow.id]) {
      const made = await createFlow(world, ann, { definition: calling(called) })
      expect(made.problems).toContainEqual(
        expect.objectContaining({ code: 'unknown_flow', stepId: 'call', line: 3 }),
      )
      await expect(publishFlow(world, ann, made.id)).rejects.toMatchObject({
        code: 'validation_failed',
        details: { issues: [expect.objectContaining({ code: 'unknown_flow', stepId: 'call' })] },
      })
    }
  })

  test('one that is published may be called, and a flow may call itself', async () => {
    const child = await saveAndPublish(world, ann, { definition: greeting() })

    const { flow } = await saveAndPublish(world, ann, { definition: calling(child.flow.id) })
    const self = await createFlow(world, ann, { name: 'Self' })
    await changeFlow(world, ann, self.id, { definition: calling(self.id) })

    expect(flow.problems).toEqual([])
    expect((await publishFlow(world, ann, self.id)).version.version).toBe(1)
  })
})

describe('saving and publishing in one go', () => {
  test('makes the flow with its first version', async () => {
    const { flow, version } = await saveAndPublish(world, ann, {
      name: 'Named',
      description: 'd',
      tags: ['t'],
      definition: asking,
    })

    expect(flow).toMatchObject({
      name: 'Named',
      description: 'd',
      tags: ['t'],
      revision: 1,
      latestVersion: 1,
      hasUnpublishedChanges: false,
    })
    expect(version).toMatchObject({ version: 1, machineTypes: ['standard'] })
    expect(await readFlow(world, 'o', flow.id)).toEqual(flow)
  })

  test('stores nothing of a definition with errors', async () => {
    const before = await listFlows(world, 'o', { limit: 100 })
    const { flow } = await saveAndPublish(world, ann, { definition: greeting('kept') })

    const refusal = { code: 'validation_failed' }
    await expect(saveAndPublish(world, ann, { definition: broken })).rejects.toMatchObject(refusal)
    await expect(
      saveAndPublish(world, ann, { flowId: flow.id, name: 'Renamed', definition: broken }),
    ).rejects.toMatchObject(refusal)

    expect((await listFlows(world, 'o', { limit: 100 })).total).toBe((before.total ?? 0) + 1)
    expect(await readFlow(world, 'o', flow.id)).toEqual(flow)
  })

  test('a changed text is the next version, in one revision', async () => {
    const { flow } = await saveAndPublish(world, ann, { definition: greeting('one') })

    const { flow: next, version } = await saveAndPublish(world, ann, {
      flowId: flow.id,
      name: 'Next',
      definition: greeting('two'),
    })

    expect(next).toMatchObject({ name: 'Next', revision: 2, latestVersion: 2, hasUnpublishedChanges: false })
    expect(version?.written.text).toBe(greeting('two'))
  })

  test("the latest version's text makes no version, and replaces a draft edited elsewhere", async () => {
    const { flow } = await saveAndPublish(world, ann, { definition: greeting('one') })
    await changeFlow(world, ann, flow.id, { definition: greeting('elsewhere') })

    const same = await saveAndPublish(world, ann, { flowId: flow.id, definition: greeting('one') })
    const named = await saveAndPublish(world, ann, { flowId: flow.id, tags: ['x'] })

    expect(same.version).toBeNull()
    expect(same.flow).toMatchObject({ versionCount: 1, hasUnpublishedChanges: false, revision: 3 })
    expect(same.flow.written.text).toBe(greeting('one'))
    expect(named).toMatchObject({ version: null, flow: { tags: ['x'], versionCount: 1 } })
  })

  test('a new flow needs a definition', async () => {
    await expect(saveAndPublish(world, ann, { name: 'x' })).rejects.toMatchObject({
      code: 'validation_failed',
      details: { issues: [expect.objectContaining({ path: '/definition', code: 'required' })] },
    })
  })

  test('is guarded as every change is', async () => {
    const { flow } = await saveAndPublish(world, ann, { definition: greeting('one') })

    await expect(
      saveAndPublish(world, ann, {
        flowId: flow.id,
        definition: greeting('x'),
        guard: { ifMatch: ['"r7"'] },
      }),
    ).rejects.toMatchObject({ code: 'etag_mismatch' })
  })
})

describe('an engine that does not take the machine', () => {
  afterEach(() => states.restore())
  let states: ReturnType<typeof mockClient>

  const throttled = () =>
    new SFNServiceException({ name: 'ThrottlingException', $fault: 'client', $metadata: {}, message: '' })

  test.each([
    ['throttles', throttled, { reason: 'publish_busy', retryAfterSeconds: 5 }],
    [
      'is still taking an older one away',
      () => new StateMachineDeleting({ message: '', $metadata: {} }),
      { reason: 'publish_busy', retryAfterSeconds: 5 },
    ],
    [
      'is full',
      () => new StateMachineLimitExceeded({ message: '', $metadata: {} }),
      { reason: 'engine_full', retryAfterSeconds: 60 },
    ],
  ])(
    'because it %s is asked for a while; then the caller is told to come back',
    async (_, error, details) => {
      const clock = fakeClock()
      const slow = await openTestWorld({ clock })
      const { id } = await createFlow(slow.world, ann, { definition: greeting('busy') })
      states = mockClient(slow.world.states)
      states.on(CreateStateMachineCommand).callsFake(() => {
        throw error()
      })

      const publishing = publishFlow(slow.world, ann, id)
      publishing.catch(() => {})
      await eventually(() => expect(states.calls()).not.toEqual([]))
      const refused = expect(publishing).rejects.toMatchObject({ code: 'unavailable', status: 503, details })
      await clock.advance(25_000)
      await refused

      expect(await readFlow(slow.world, 'o', id)).toMatchObject({ revision: 1, latestVersion: null })
      states.restore()
      expect((await publishFlow(slow.world, ann, id)).version.version).toBe(1)
      await slow.close()
    },
  )

  test('once is asked again', async () => {
    const clock = fakeClock()
    const slow = await openTestWorld({ clock })
    const { id } = await createFlow(slow.world, ann, { definition: greeting('once') })
    states = mockClient(slow.world.states)
    let calls = 0
    states.on(CreateStateMachineCommand).callsFake((input, getClient) => {
      if (calls++ < 2) throw throttled()
      states.restore()
      return getClient().send(new CreateStateMachineCommand(input))
    })

    const publishing = publishFlow(slow.world, ann, id)
    await eventually(() => expect(calls).toBe(1))
    await clock.advance(250)
    await eventually(() => expect(calls).toBe(2))
    await clock.advance(500)

    expect((await publishing).version.version).toBe(1)
    await slow.close()
  })
})

test('G2 a publish that died before its transaction has made nothing that can be seen', async () => {
  const id = await anew(greeting('died'))
  const failing = failCalls(world, {
    command: 'TransactWriteItemsCommand',
    error: () => serviceError('InternalServerError', 500),
  })

  await expect(publishFlow(world, ann, id)).rejects.toMatchObject({ code: 'unavailable', status: 503 })
  failing.stop()

  expect(await readFlow(world, 'o', id)).toMatchObject({ revision: 1, versionCount: 0 })
  await expect(resolveVersion(world, 'o', id, 'latest')).rejects.toMatchObject({
    code: 'version_not_published',
  })
  expect((await publishFlow(world, ann, id)).version.version).toBe(1)
})

describe.each([
  ['ThrottlingException', 400, 'before'],
  ['ProvisionedThroughputExceededException', 400, 'before'],
  ['InternalServerError', 500, 'before'],
  ['InternalServerError', 500, 'after'],
] as const)('F6 a publish that meets %s (%s, %s)', (name, status, when) => {
  test('at any of its calls leaves the flow as it was or published, and the caller is never told 500', async () => {
    for (let nth = 1; ; nth++) {
      const id = await anew(greeting(`${name} ${when} ${nth}`))
      const failing = failCalls(world, { nth, when, error: () => serviceError(name, status) })

      const outcome = await publishFlow(world, ann, id).then(
        () => 'published',
        (error) => error.code,
      )
      const reached = failing.seen.length >= nth
      failing.stop()

      const flow = await readFlow(world, 'o', id)
      expect(['published', 'unavailable', 'conflict', 'rate_limited']).toContain(outcome)
      expect([flow.revision, flow.latestVersion, flow.versionCount]).toEqual(
        flow.latestVersion === null ? [1, null, 0] : [2, 1, 1],
      )
      if (outcome === 'published') expect(flow.latestVersion).toBe(1)
      if (!reached) break
      expect((await publishFlow(world, ann, id)).flow.status).toBe('published')
    }
  })
})
