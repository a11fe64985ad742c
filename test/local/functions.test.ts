import type { Context } from 'aws-lambda'
import { expect, test } from 'vitest'
import { type OpenDoor, openFunctions } from '../../infra/local/functions.ts'
import type { Log, World } from '../../shared/world.ts'
import { fakeClock } from '../fake-clock.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
const clock = fakeClock()

function functions(handler: (event: unknown, context: Context) => Promise<unknown>) {
  const open: OpenDoor = () => handler as never
  const shapes = { work: { open, timeoutSeconds: 3, memoryMegabytes: 512 } }
  return openFunctions(shapes, { world: {} as World, clock, log: silent })
}

test('a handler gets a copy of its event and a context that counts down', async () => {
  const sent = { list: [1] }
  const { invoke } = functions(async (event, context) => {
    ;(event as typeof sent).list.push(2)
    return { got: event, left: context.getRemainingTimeInMillis(), name: context.functionName }
  })

  expect(await invoke('work', sent)).toEqual({ payload: { got: { list: [1, 2] }, left: 3000, name: 'work' } })
  expect(sent).toEqual({ list: [1] })
})

test('nothing returned is null', async () => {
  expect(await functions(async () => undefined).invoke('work', {})).toEqual({ payload: null })
})

test('what a handler throws comes back with its name, message and what it left of its stack', async () => {
  const { invoke } = functions(async () => {
    const error = new Error('It failed')
    error.name = 'Http.5xx'
    error.stack = ''
    throw error
  })

  expect(await invoke('work', {})).toEqual({ errorType: 'Http.5xx', errorMessage: 'It failed', trace: [] })
})

test('a handler past its time is Sandbox.Timedout', async () => {
  const invoked = functions(() => new Promise(() => {})).invoke('work', {})
  await clock.advance(3000)

  expect(await invoked).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: 'Task timed out after 3.00 seconds',
  })
})

test('an unknown function and an event over six megabytes are refused by name', async () => {
  const { invoke, has } = functions(async () => null)

  expect([has('work'), has('other')]).toEqual([true, false])
  expect(await invoke('other', {})).toMatchObject({ errorType: 'ResourceNotFoundException' })
  expect(await invoke('work', 'x'.repeat(6_291_456))).toMatchObject({
    errorType: 'RequestEntityTooLargeException',
  })
})
