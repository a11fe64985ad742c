import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { type FakeClock, fakeClock } from '../../fake-clock.ts'
import { field, form, journey, registration } from './flows.ts'
import { type Journeys, openJourneys } from './open-journeys.ts'

let faces: Journeys
let clock: FakeClock
beforeAll(async () => {
  // What the first requests read from disk takes its time, which the clock of the others must not count.
  const first = await openJourneys()
  await first.answers(registration)
  const { body } = await first.begin()
  await first.answer(body.flowId, 'submit', {})
  await first.close()
  clock = fakeClock(Date.now())
  faces = await openJourneys({ clock })
})
afterAll(() => faces.close())

/** Lets time pass until an answer is there. */
async function passing<T>(work: Promise<T>): Promise<T> {
  let done = false
  const end = () => {
    done = true
  }
  work.then(end, end)
  while (!done) {
    await clock.advance(10)
    // No request may see its whole time pass while the machine is busy with others.
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return await work
}

const ask = (name: string, next: JsonObject) => ({
  type: 'view',
  params: { components: [form([field(name, 'TEXT')], `send-${name}`)] },
  next: next as never,
})
const end = { type: 'final', params: { outputs: { last: '{{last}}' } } }
const only = (nodes: JsonObject): JsonObject => ({
  ...journey(nodes),
  triggers: [{ type: 'journey', flowType: 'REGISTRATION' }],
  settings: {},
})

async function begun(definition: JsonObject) {
  await passing(faces.answers(definition))
  return await passing(faces.begin())
}

describe('a step of a journey', () => {
  test('waits 900 s, counted anew at each step; then the flowId opens nothing', async () => {
    const first = await begun(
      only({ one: ask('a', { default: 'two' }), two: ask('b', { default: 'end' }), end }),
    )
    const left = Date.parse(first.headers['sluice-step-expires']!) - clock.now()
    await passing(clock.advance(800_000))
    const { flowId } = first.body
    const second = await passing(faces.answer(flowId, 'submit', { a: '1' }))
    const leftAgain = Date.parse(second.headers['sluice-step-expires']!) - clock.now()
    await passing(clock.advance(905_000))
    const late = await passing(faces.answer(flowId, 'submit', { b: '1' }))

    expect(left).toBeGreaterThan(890_000)
    expect(second.body.data.requiredParams).toEqual(['b'])
    expect(leftAgain).toBeGreaterThan(890_000)
    expect([late.status, late.body.code]).toEqual([400, 'FE-60001'])
    expect((await passing(faces.post({ flowId }))).body.code).toBe('FE-60001')
  })

  test('asked again for a better answer, waits no longer for it', async () => {
    const first = await begun(only({ one: ask('a', { default: 'end' }), end }))
    await passing(clock.advance(500_000))
    const again = await passing(faces.answer(first.body.flowId, 'submit', {}))

    expect(again.body.data.messages[0].i18nKey).toBe('input_required')
    expect(again.headers['sluice-step-expires']).toBe(first.headers['sluice-step-expires'])
  })

  test('with a way for nobody’s answer goes on there, and the late answer is told so', async () => {
    const first = await begun(
      only({ one: ask('a', { default: 'end', timeout: 'two' }), two: ask('b', { default: 'end' }), end }),
    )
    const { flowId } = first.body
    await passing(clock.advance(905_000))
    const late = await passing(faces.answer(flowId, 'send-a', { a: '1' }))
    const bad = await passing(faces.answer(flowId, 'send-a', {}))

    expect([late.status, late.body.messages[0].i18nKey]).toEqual([400, 'stale_action'])
    // Nobody has answered it, as it was once told.
    expect(late.body.description).toBe('This step takes no answer now: the present one is in current')
    expect(late.body.current.data.requiredParams).toEqual(['b'])
    expect([bad.status, bad.body.messages[0].i18nKey]).toEqual([400, 'stale_action'])
    const done = await passing(faces.answer(flowId, 'send-b', { b: '2' }))
    expect(done.body.flowStatus).toBe('COMPLETE')
  })

  // For a moment it was said to wait for somebody else, and every look was answered at once.
  test('whose time is over is looked at until its way is gone', async () => {
    const first = await begun(
      only({ one: ask('a', { default: 'end', timeout: 'two' }), two: ask('b', { default: 'end' }), end }),
    )
    const look = { flowId: first.body.flowId }
    await clock.advance(Date.parse(first.headers['sluice-step-expires']!) - clock.now() + 1)
    const quick = await passing(faces.post(look, { headers: { prefer: 'wait=0' } }))
    const patient = await passing(faces.post(look))

    expect(quick.body.data.messages[0].i18nKey).toBe('still_running')
    expect(patient.body.data.requiredParams).toEqual(['b'])
  })

  test('that somebody else must decide waits seven days', async () => {
    const params = { message: 'Sure?', approvers: ['admin@acme.example'], onTimeout: 'fail' }
    await begun(only({ one: { type: 'approval', params, next: { default: 'end' } }, end }))
    const { body } = await passing(
      faces.send('GET', '/v1/waits?kind=approval', { as: faces.acme.token.admin }),
    )
    const [wait] = body.data

    expect(Date.parse(wait.expiresAt) - Date.parse(wait.openedAt)).toBeGreaterThan(604_700_000)
  })
})

test('an end that nobody has asked for is kept for fifteen minutes', async () => {
  const flow = only({
    rest: { type: 'delay', params: { seconds: 60 }, next: { default: 'end' } },
    end: { type: 'final', params: { outputs: { done: true } } },
  })
  const quiet = { headers: { prefer: 'wait=0' } }
  await passing(faces.answers(flow))
  const begin = async () => (await passing(faces.post({ flowType: 'REGISTRATION' }, quiet))).body.flowId
  const [soon, late] = [await begin(), await begin()]
  await passing(clock.advance(62_000))
  await passing(clock.advance(840_000))
  const told = await passing(faces.post({ flowId: soon }, quiet))
  await passing(clock.advance(120_000))

  expect(told.body).toMatchObject({ flowStatus: 'COMPLETE', data: { done: true } })
  expect((await passing(faces.post({ flowId: late }, quiet))).body.code).toBe('FE-60001')
})
