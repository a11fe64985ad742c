import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn'
import { expect, test } from 'vitest'
import { type FakeClock, fakeClock } from '../../fake-clock.ts'
import { openEngine, settle } from './open-engine.ts'
import { ask, payloadOf, read, start, task, token, tokenOf } from './run-machine.ts'

const hour = 3_600_000
const end = { End: true }

/** A clock that can be set, as an operator or a time server would: running timers take no notice. */
function settableClock(): FakeClock & { set(by: number): void } {
  const clock = fakeClock()
  let offset = 0
  return {
    ...clock,
    now: () => clock.now() + offset,
    set(by) {
      offset += by
    },
  }
}

const afterTwoHours = {
  States: {
    w: { Type: 'Wait', Seconds: 7200, Next: 'x' },
    x: task('after', { at: '{% $states.context.State.EnteredTime %}' }, end),
  },
}

test.each([
  ['back an hour', -hour],
  ['forward an hour', hour],
  ['forward a day', 24 * hour],
])('G11 a clock set %s brings no timer early, none twice, and none is lost', async (_, by) => {
  const clock = settableClock()
  const engine = await openEngine({ clock, functions: { after: () => null } })
  const executionArn = await start(engine, afterTwoHours)
  const due = clock.now() + 2 * hour
  await clock.advance(hour / 2)
  clock.set(by)
  const before: number[] = []
  for (let quarter = 0; quarter < 20 && engine.calls.length === 0; quarter++) {
    before.push(clock.now())
    await clock.advance(hour / 4)
  }

  expect(engine.calls).toHaveLength(1)
  const { at } = payloadOf<{ at: string }>(engine, 0)
  expect(Date.parse(at)).toBeGreaterThanOrEqual(due)
  expect((await read(engine, executionArn)).status).toBe('SUCCEEDED')
  await clock.advance(10 * hour)
  expect(engine.calls).toHaveLength(1)
  await engine.states.close()
})

test('G11 a clock set back revives no token, and times of entry still grow', async () => {
  const clock = settableClock()
  const engine = await openEngine({ clock, functions: { take: () => null, after: () => null } })
  const { client } = engine
  const entered = '{% $states.context.State.EnteredTime %}'
  const executionArn = await start(engine, {
    States: {
      a: ask(
        'take',
        { token },
        {
          TimeoutSeconds: 60,
          Assign: { at: entered },
          Catch: [{ ErrorEquals: ['States.Timeout'], Assign: { at: entered }, Next: 'b' }],
          Next: 'b',
        },
      ),
      b: task('after', { before: '{% $at %}', now: entered }, end),
    },
  })
  clock.set(-hour)
  await clock.advance(hour + 120_000)
  clock.set(-hour)

  await expect(
    client.send(new SendTaskSuccessCommand({ taskToken: tokenOf(engine), output: '{}' })),
  ).rejects.toMatchObject({ name: 'TaskTimedOut' })
  expect((await read(engine, executionArn)).status).toBe('SUCCEEDED')
  const { before, now } = payloadOf<{ before: string; now: string }>(engine, 1)
  expect(Date.parse(now)).toBeGreaterThan(Date.parse(before))
  await engine.states.close()
})

test('timers that came due while nothing ran fire at the next start', async () => {
  const clock = fakeClock()
  const functions = { after: () => null, take: () => null }
  const first = await openEngine({ clock, functions })
  const sleeping = await start(first, afterTwoHours)
  const asked = await start(first, {
    States: {
      a: ask(
        'take',
        { token },
        {
          TimeoutSeconds: 60,
          Catch: [{ ErrorEquals: ['States.Timeout'], Output: 'late', Next: 'ok' }],
          ...end,
        },
      ),
      ok: { Type: 'Pass', ...end },
    },
  })
  const open = await start(first, { States: { a: ask('take', { token }, end) } })
  const taskToken = tokenOf(first, 1)
  await first.states.close()
  await clock.advance(3 * hour)
  const second = await openEngine({ dir: first.dir, clock, functions })
  await settle()
  await clock.advance(0)
  await second.client.send(new SendTaskSuccessCommand({ taskToken, output: '"still"' }))
  await settle()

  expect(await read(second, sleeping)).toMatchObject({ status: 'SUCCEEDED' })
  expect(await read(second, asked)).toMatchObject({ status: 'SUCCEEDED', output: 'late' })
  expect(await read(second, open)).toMatchObject({ status: 'SUCCEEDED', output: 'still' })
  expect(second.calls.map(({ functionName }) => functionName)).toEqual(['after'])
  await second.states.close()
})

test('a second process on the same folder is refused with a sentence', async () => {
  const engine = await openEngine()

  await expect(openEngine({ dir: engine.dir })).rejects.toThrow(/is open in another process/)
  await engine.states.close()
})
