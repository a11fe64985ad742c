import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import { eventually } from '../../eventually.ts'
import { field, form, journey, registration } from './flows.ts'
import { type Journeys, openJourneys, path } from './open-journeys.ts'

let faces: Journeys
beforeAll(async () => {
  faces = await openJourneys()
})
afterAll(() => faces.close())

const post: Journeys['post'] = (...given) => faces.post(...given)
const end = { type: 'final', params: { output: '{{last}}' } }
const good = { email: 'sasha@example.com', password: 'MyP@ssw0rd!' }
const named = (step: string) => ({ headers: { 'sluice-step': step } })

/** What the table was asked while the work was done, by the kind of the request. */
async function requestsOf(work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = []
  const { middlewareStack } = faces.world.db
  const note = {
    step: 'initialize' as const,
    name: 'noteRequests',
  }
  middlewareStack.add(
    (next, context) => (args) => {
      seen.push(String(context.commandName))
      return next(args)
    },
    note,
  )
  await work()
  middlewareStack.remove(note.name)
  return seen
}

/** The 128 bits of a UUID, 32 to a word. */
function wordsOf(uuid: string): number[] {
  const hex = uuid.replaceAll('-', '')
  return [0, 8, 16, 24].map((at) => Number.parseInt(hex.slice(at, at + 8), 16))
}

/** How often each of the 128 bits is set. */
function onesOf(all: number[][]): number[] {
  const ones = new Array<number>(128).fill(0)
  for (const words of all)
    for (let bit = 0; bit < 128; bit++) ones[bit]! += (words[bit >> 5]! >>> (bit & 31)) & 1
  return ones
}

describe('whoever holds a flowId', () => {
  beforeAll(() => faces.answers(registration))

  test('D1 is given what the maker of ids makes; stored is its digest alone', async () => {
    const made = vi.spyOn(faces.world.ids, 'uuid')
    const flowIds: string[] = []
    for (let at = 0; at < 50; at++) flowIds.push((await faces.begin()).body.flowId)
    const ids = made.mock.results.map(({ value }) => value)
    made.mockRestore()
    const stored = JSON.stringify(await allItems(faces.world))

    expect(new Set(flowIds).size).toBe(50)
    for (const flowId of flowIds) {
      expect(ids).toContain(flowId)
      expect(stored).not.toContain(flowId)
      expect(stored).not.toContain(flowId.replaceAll('-', ''))
      expect(stored).toContain(createHash('sha256').update(flowId).digest('hex'))
    }
  })

  test('D1 of 100,000 finds no two alike, no order, and no bit that tells of another', () => {
    const flowIds = Array.from({ length: 100_000 }, () => faces.world.ids.uuid())
    const malformed = flowIds.filter(
      (id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id),
    )

    expect([new Set(flowIds).size, malformed]).toEqual([100_000, []])
    const words = flowIds.map(wordsOf)
    const changes = words.slice(1).map((four, at) => four.map((word, n) => word ^ words[at]![n]!))
    // Six standard deviations of 100,000 fair coins: by chance once in a million runs of this test.
    const isFair = (ones: number) => Math.abs(ones - 50_000) < 950
    expect(onesOf(words).filter(isFair)).toHaveLength(122)
    expect(onesOf(changes).filter(isFair)).toHaveLength(122)
    expect(isFair(flowIds.slice(1).filter((id, at) => id > flowIds[at]!).length)).toBe(true)
  })

  test('D3 is refused in one way, whatever became of it', async () => {
    const complete = (await faces.begin()).body.flowId
    await faces.answer(complete, 'submit', good)
    const elsewhere = (await faces.begin()).body.flowId
    const refusals = [
      await post({ flowId: complete }),
      await post({ flowId: complete, actionId: 'submit', inputs: good }),
      await post({ flowId: '5f31ce20-872d-4334-8f9f-3572710dbc57' }),
      await post({ flowId: 'a'.repeat(5_000) }),
      await post({ flowId: '__proto__' }),
      await faces.send('POST', `/t/other${path}`, { body: { flowId: elsewhere } }),
    ]

    for (const { status, body } of refusals) {
      expect(status).toBe(400)
      expect(body).toEqual(refusals[0]!.body)
    }
  })

  test('D6 costs as much where it opens nothing as where it is refused later', async () => {
    const complete = (await faces.begin()).body.flowId
    await faces.answer(complete, 'submit', good)
    const address = '198.51.100.9'
    const look = (flowId: string) => () => post({ flowId }, { address })
    await look('warm')()
    // What follows from the end of a run is no part of a look.
    await eventually(async () => expect(await requestsOf(() => setTimeout(100))).toEqual([]))

    expect(await requestsOf(look('5f31ce20-872d-4334-8f9f-3572710dbc57'))).toEqual(
      await requestsOf(look(complete)),
    )
  })

  test('D4 moves nothing with the step of another run', async () => {
    const [one, two] = [await faces.begin(), await faces.begin()]
    const answer = { flowId: one.body.flowId, actionId: 'submit', inputs: good }
    const crossed = await post(answer, named(two.headers['sluice-step']!))

    expect([crossed.status, crossed.body.code, crossed.body.messages[0].i18nKey]).toEqual([
      400,
      'FE-60009',
      'stale_action',
    ])
    for (const { body } of [one, two]) expect((await post({ flowId: body.flowId })).body).toEqual(body)
  })

  test.each([
    ['long beyond any key', 'a'.repeat(3_000)],
    ['that is no id', 'form#1'],
  ])('names a step %s: no error of ours', async (_name, step) => {
    const { body } = await faces.begin()
    const answer = { flowId: body.flowId, actionId: 'submit', inputs: good }
    const refused = await post(answer, named(step))

    expect([refused.status, refused.body.code]).toEqual([400, 'FE-60009'])
    expect((await post(answer, named(' '))).body.flowStatus).toBe('COMPLETE')
  })

  test('E10 presses a button that is in no step: the present ones are told', async () => {
    const { body } = await faces.begin()
    for (const actionId of ['a'.repeat(300), '__proto__', 'SUBMIT']) {
      const refused = await faces.answer(body.flowId, actionId, good)
      expect([refused.status, refused.body.code, refused.body.actions]).toEqual([
        400,
        'FE-60009',
        ['submit-registration'],
      ])
    }
    expect((await post({ flowId: body.flowId })).body).toEqual(body)
  })

  test('E11 answers badly: the engine is not told', async () => {
    const { body } = await faces.begin()
    const bad: JsonObject[] = [{}, { ...good, email: 7 }, { ...good, other: 'x' }, { email: good.email }]
    let told = 0
    const { middlewareStack } = faces.world.states
    middlewareStack.add(
      (next) => (args) => {
        told++
        return next(args)
      },
      { step: 'initialize', name: 'countTold' },
    )
    for (const inputs of bad) {
      const again = await faces.answer(body.flowId, 'submit', inputs)
      expect([again.status, again.body.data.messages.length > 0]).toEqual([200, true])
    }
    const before = told
    await faces.answer(body.flowId, 'submit', good)
    middlewareStack.remove('countTold')

    expect([before, told]).toEqual([0, 1])
  })

  test('waits as long as it prefers, and no query says otherwise', async () => {
    const { body } = await faces.begin()
    const preferred = await post({ flowId: body.flowId }, { headers: { prefer: 'wait=3' } })
    const asked = await faces.send('POST', `${path}?wait=soon`, { body: { flowId: body.flowId } })

    expect([preferred.status, preferred.headers['preference-applied']]).toEqual([200, 'wait=3'])
    expect([asked.status, asked.body]).toEqual([200, body])
  })

  test('is answered 120 times a minute, and then asked to come later', async () => {
    const { body } = await faces.begin()
    const looks = [await post({ flowId: body.flowId })]
    // A new minute may begin in between.
    while (looks.at(-1)!.status === 200 && looks.length < 242) looks.push(await post({ flowId: body.flowId }))
    const last = looks.at(-1)!

    expect(looks.length).toBeGreaterThan(120)
    expect([last.status, last.body.code]).toEqual([429, 'SL-42900'])
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
    expect((await faces.begin()).status).toBe(200)
  })
})

describe('a key makes a continue repeatable', () => {
  beforeAll(() => faces.answers(registration))
  const key = (text: string) => ({ headers: { 'idempotency-key': text } })

  test('with all that was said of the step', async () => {
    const { body } = await faces.begin()
    const answer = { flowId: body.flowId, actionId: 'submit', inputs: { email: 'x' } }
    const [first, again] = [await post(answer, key('k')), await post(answer, key('k'))]

    expect([again.status, again.body, again.headers['idempotency-replayed']]).toEqual([
      200,
      first.body,
      'true',
    ])
    for (const name of ['sluice-step', 'sluice-step-expires'])
      expect(again.headers[name]).toBe(first.headers[name])
  })

  test('of one flowId alone, and with one body', async () => {
    const [one, two] = [(await faces.begin()).body.flowId, (await faces.begin()).body.flowId]
    const done = await faces.answer(one, 'submit', good, key('same'))
    const other = await faces.answer(two, 'submit', { ...good, email: 'b@example.com' }, key('same'))
    const reused = await faces.answer(one, 'submit', { ...good, email: 'c@example.com' }, key('same'))

    expect([done.body.data.email, other.body.data.email]).toEqual([good.email, 'b@example.com'])
    expect([reused.status, reused.body.code]).toEqual([400, 'FE-60007'])
  })

  test('that is none is refused; at a start it is not looked at', async () => {
    const { body, status } = await post({ flowType: 'REGISTRATION' }, key('no key'))
    const refused = await post({ flowId: body.flowId }, key('no key'))
    const [one, two] = [
      await post({ flowType: 'REGISTRATION' }, key('start')),
      await post({ flowType: 'REGISTRATION' }, key('start')),
    ]

    expect([status, refused.status, refused.body.code]).toEqual([200, 400, 'FE-60007'])
    expect(one.body.flowId).not.toBe(two.body.flowId)
  })

  test('leaves no flowId and no password in the table', async () => {
    const { body } = await faces.begin()
    const seen: string[] = []
    faces.world.db.middlewareStack.add(
      (next) => (args) => {
        seen.push(JSON.stringify(args.input))
        return next(args)
      },
      { step: 'initialize', name: 'noteInputs' },
    )
    await faces.answer(body.flowId, 'submit', { ...good, password: 'canary-password-3' }, key('sealed'))
    faces.world.db.middlewareStack.remove('noteInputs')

    expect(seen.length).toBeGreaterThan(0)
    for (const input of seen) {
      expect(input).not.toContain(body.flowId)
      expect(input).not.toContain('canary-password')
    }
  })
})

describe('a path that is none', () => {
  test.each([`${path}/`, '/api/server/v1/other', '/t/acme/api/server/v1/flow'])('%s', async (wrong) => {
    const { status, body } = await faces.send('POST', wrong, { body: {} })
    expect([status, body.code]).toEqual([404, 'FE-60007'])
  })
})

test('several steps open at once are shown one after another', async () => {
  const ask = (name: string) => ({
    start: name,
    nodes: { [name]: { type: 'prompt', params: { requiredParams: [name] } } },
  })
  await faces.answers(
    journey({
      both: {
        type: 'parallel',
        params: { branches: { a: ask('x'), b: ask('y') } },
        next: { default: 'end' },
      },
      end,
    }),
  )
  const { body: first } = await faces.begin()
  const { flowId } = first
  const [one] = first.data.requiredParams
  const { body: second } = await faces.answer(flowId, '', { [one]: 1 })
  const [two] = second.data.requiredParams
  const { body: done } = await faces.answer(flowId, '', { [two]: 2 })

  expect([one, two].toSorted()).toEqual(['x', 'y'])
  expect([done.flowStatus, done.data]).toMatchObject(['COMPLETE', { a: { x: expect.any(Number) } }])
})

test('an action sent along with a start answers the first step, or is told which there are', async () => {
  await faces.answers(
    journey({
      ask: {
        type: 'view',
        params: { components: [form([field('name', 'TEXT')], 'send')] },
        next: { default: 'end' },
      },
      end,
    }),
  )
  const wrong = await post({ flowType: 'REGISTRATION', actionId: 'nope', inputs: { name: 'Ada' } })
  const empty = await post({ flowType: 'REGISTRATION', actionId: 'send', inputs: {} })

  expect([wrong.status, wrong.body.code, wrong.body.actions]).toEqual([400, 'FE-60009', ['send']])
  const done = await faces.answer(wrong.body.current.flowId, 'send', { name: 'Ada' })
  expect(done.body.data.name).toBe('Ada')
  expect([empty.status, empty.body.data.messages[0].i18nKey]).toEqual([200, 'input_required'])
})
