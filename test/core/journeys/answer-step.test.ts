import { expect, test } from 'vitest'
import { takesAnswers } from '../../../shared/core/journeys/answer-step.ts'
import type { WaitView } from '../../../shared/core/run-view.ts'
import type { World } from '../../../shared/world.ts'
import { fakeClock } from '../../fake-clock.ts'

const at = Date.UTC(2026, 0, 1)
const world = { clock: fakeClock(at) } as unknown as World
const wait = (status: string, seconds: number, onTimeout: string) =>
  ({ status, onTimeout, expiresAt: new Date(at + seconds * 1000).toISOString() }) as WaitView

test.each<[string, number, string, boolean]>([
  ['open', 1, 'fail', true],
  ['open', 0, 'branch', false],
  ['answered', 1, 'fail', false],
  ['claimed', 0, 'fail', false],
  ['expired', -9, 'branch', false],
])('a step that is %s with %i s left, then %s, takes answers: %s', (status, seconds, onTimeout, takes) => {
  expect(takesAnswers(world, wait(status, seconds, onTimeout))).toBe(takes)
})

test.each([
  ['open', 0],
  ['expired', -9],
])('a step that is %s with %i s left, and the run with it, opens nothing any more', (status, seconds) => {
  expect(() => takesAnswers(world, wait(status, seconds, 'fail'))).toThrow(
    expect.objectContaining({ code: 'invalid_request', details: { reason: 'flow_id' } }),
  )
})
