import { expect, test } from 'vitest'
import { call } from '../call.ts'
import type { Message } from '../watch.ts'
import { approval, type Calls, moment, uuid } from './calls.ts'

/** What is told of each kind of step, and of each end. */
export function messages({ live, ends, watching, start, answer, everything, atQuestion }: Calls): void {
  const told = ({ type, node_id, outcome, waiting, message }: Message) =>
    [type, node_id, message, outcome, waiting && 'waiting'].filter((word) => word !== undefined).join(' ')

  test('of a question: entered, waiting, answered, done with the answer; native steps before the end', async () => {
    const run = await start({
      calc: { type: 'transform', params: { value: '{{6 * 7}}' }, next: 'ask' },
      ask: { ...approval, next: { default: 'out' } },
      out: { type: 'final', params: { outputs: { n: '{{calc}}' } } },
    })
    const watcher = await watching(run)
    const waiting = await watcher.until((message) => message.waiting !== undefined)
    await answer(run)
    await watcher.closed
    const { messages } = watcher

    expect(waiting?.waiting).toEqual({
      id: expect.stringMatching(uuid),
      kind: 'approval',
      expires_at: expect.stringMatching(moment),
    })
    expect(messages.map(told)).toEqual([
      'log calc Execution started',
      'execution_update calc',
      'node_completed calc',
      'execution_update ask',
      'log ask Waiting for an answer',
      'execution_update ask waiting',
      'log ask Answer received',
      'node_completed ask',
      'execution_update out',
      'node_completed out',
      'log out Execution completed',
      'execution_completed',
    ])
    expect(messages[2]).toMatchObject({ result: 42 })
    expect(messages[7]).toMatchObject({ result: { decision: 'approve' } })
    expect(messages.at(-1)).toMatchObject({ result: { n: 42 } })
  })

  test('J1 of an answer with something secret in it: the rest, and •••', async () => {
    const form = [
      { name: 'pin', type: 'password' },
      { name: 'room', type: 'text' },
    ]
    const run = await start({
      ask: { type: 'approval', params: { message: 'Go?', onTimeout: 'fail', form } },
    })
    const watcher = await watching(run)
    await watcher.until(({ waiting }) => waiting !== undefined)
    const body = { decision: 'approve', form: { pin: 'cnry_pin_0123456789', room: 'blue' } }
    const { status } = await call(ends(), 'POST', `/v1/flowrun/resume/${run}`, body)
    await watcher.closed
    const done = watcher.messages.find(({ type }) => type === 'node_completed')

    expect(status).toBe(200)
    expect(done?.result).toMatchObject({ form: { pin: '•••', room: 'blue' } })
    expect(JSON.stringify(watcher.messages)).not.toContain('cnry_pin')
  })

  test('of a sub-flow: the run that it started, and its output', async () => {
    const definition = {
      metadata: { name: 'Child' },
      triggers: [{ type: 'api' }],
      nodes: { out: { type: 'final', params: { outputs: { n: 7 } } } },
    }
    const child = await call<{ id: string }>(ends(), 'POST', '/api/v1/flows', { name: 'Child', definition })
    const run = await start({ sub: { type: 'flow', params: { flowId: child.body.id } } })
    const { messages } = await everything(run)
    const begun = messages.find(({ child_execution_id }) => child_execution_id !== undefined)
    const own = await everything(String(begun?.child_execution_id))

    expect(begun).toMatchObject({ type: 'execution_update', node_id: 'sub', node_type: 'flow' })
    expect(messages.find(({ type }) => type === 'node_completed')).toMatchObject({ result: { n: 7 } })
    expect(own.messages.at(-1)).toMatchObject({ type: 'execution_completed', result: { n: 7 } })
  })

  test('of a question that nobody answered in time: left by timeout', async () => {
    const run = await start({
      ask: {
        ...{ type: 'client-tool', params: { toolName: 'tool' }, timeoutSeconds: 1 },
        next: { default: 'good', timeout: 'late' },
      },
      good: { type: 'final', params: { outputs: {} } },
      late: { type: 'final', params: { outputs: { late: true } } },
    })
    const { messages } = await everything(run)

    expect(messages.map(told)).toEqual(
      expect.arrayContaining(['log ask Wait expired', 'execution_update ask timeout']),
    )
    expect(messages.at(-1)).toMatchObject({ result: { late: true } })
  })

  test('of a failure that the author caught: its error, and by which outcome the step was left', async () => {
    const run = await start({
      call: {
        ...{ type: 'http.request', params: { url: `${live().stub.url}/fails` } },
        next: { default: 'good', error: 'sorry' },
      },
      good: { type: 'final', params: { outputs: {} } },
      sorry: { type: 'final', params: { outputs: { sorry: true } } },
    })
    const { messages } = await everything(run)

    expect(messages.slice(0, 4).map(told)).toEqual([
      'log call Execution started',
      'execution_update call',
      'log call HTTP request failed with status 500',
      'execution_update call error',
    ])
    expect(messages[3]).toMatchObject({ error: 'HTTP request failed with status 500', outcome: 'error' })
    expect(messages.at(-1)).toMatchObject({ type: 'execution_completed', result: { sorry: true } })
  })

  test('of tries that are made again: a warning each, one update, and the try on what follows', async () => {
    const run = await start({
      call: {
        type: 'http.request',
        params: { url: `${live().stub.url}/fails` },
        retry: { maxAttempts: 2, intervalSeconds: 1, backoffRate: 1 },
      },
    })
    const { messages } = await everything(run)

    expect(messages.map(told)).toEqual([
      'log call Execution started',
      'execution_update call',
      'log call HTTP request failed with status 500; retry 2 of 2 in 1 s',
      'log call HTTP request failed with status 500',
      'log call Execution failed: HTTP request failed with status 500',
      'execution_failed call',
    ])
    expect(messages.map(({ attempt }) => attempt)).toEqual([
      ...Array(3).fill(undefined),
      2,
      undefined,
      undefined,
    ])
  })

  test('of a cancelled run: the step it stood on, and the word', async () => {
    const run = await atQuestion({ out: { type: 'final', params: { outputs: {} } } })
    const watcher = await watching(run)
    await call(ends(), 'DELETE', `/api/v1/executions/${run}`)
    await watcher.closed

    expect(watcher.messages.at(-1)).toMatchObject({
      type: 'execution_failed',
      status: 'cancelled',
      error: 'Execution cancelled',
      node_id: 'ask',
      node_type: 'approval',
    })
  })

  test('of a value over 32 KB: where it is to be read', async () => {
    const run = await start({
      big: { type: 'http.request', params: { url: `${live().stub.url}/${'x'.repeat(3000)}` }, next: 'all' },
      all: { type: 'final', params: { outputs: { text: '{{$join([1..8000].("-----"))}}' } } },
    })
    const { messages } = await everything(run)
    const large = messages.at(-1)!
    const read = await call<{ result: { text: string } }>(ends(), 'GET', String(large.result_url))

    expect(
      messages.find(({ type, node_id }) => type === 'node_completed' && node_id === 'all'),
    ).toMatchObject({
      result: null,
    })
    expect(large).toMatchObject({ type: 'execution_completed', result_url: `/api/v1/executions/${run}` })
    expect(large.result).toBeUndefined()
    expect(read.body.result.text).toHaveLength(40_000)
  })
}
