import { expect, test } from 'vitest'
import { type Calls, moment } from './calls.ts'

/** The messages that seed 003 prints. */
export function seed003({ live, start, httpStep, everything }: Calls): void {
  const members: Record<string, string[]> = {
    execution_update: ['type', 'execution_id', 'status', 'node_id', 'node_type', 'timestamp', 'seq'],
    node_completed: ['type', 'execution_id', 'node_id', 'node_type', 'result', 'timestamp', 'seq'],
    execution_completed: ['type', 'execution_id', 'status', 'result', 'timestamp', 'seq'],
    execution_failed: ['type', 'execution_id', 'status', 'error', 'node_id', 'node_type', 'timestamp', 'seq'],
  }

  test('sends the printed messages of its two-step flow, members in its order', async () => {
    const run = await start({
      ...httpStep('start', '/data', 'end'),
      end: { type: 'webhook', params: { url: `${live().stub.url}/callback` } },
    })
    const { messages, closed } = await everything(run)
    const common = { execution_id: run, timestamp: expect.stringMatching(moment), seq: expect.any(Number) }
    const [first, last] = [
      { node_id: 'start', node_type: 'http.request' },
      { node_id: 'end', node_type: 'webhook' },
    ]
    const result = { status_code: 200, body: { key: 'value' } }

    expect(messages).toEqual([
      { type: 'log', level: 'info', message: 'Execution started', ...first, ...common },
      { type: 'execution_update', status: 'running', ...first, ...common },
      {
        ...{ type: 'log', level: 'info', message: 'HTTP request successful', ...first, ...common },
        data: { status_code: 200, url: `${live().stub.url}/data` },
      },
      { type: 'node_completed', ...first, result, ...common },
      { type: 'execution_update', status: 'running', ...last, ...common },
      { type: 'node_completed', ...last, result, ...common },
      { type: 'log', level: 'info', message: 'Execution completed', ...last, ...common },
      {
        type: 'execution_completed',
        status: 'completed',
        result: expect.objectContaining(result),
        ...common,
      },
    ])
    for (const message of messages)
      if (message.type in members) expect(Object.keys(message)).toEqual(members[message.type])
    expect(Object.keys(messages[2]!)).toEqual([
      'type',
      'execution_id',
      'level',
      'message',
      'node_id',
      'node_type',
      'data',
      'timestamp',
      'seq',
    ])
    expect(await closed).toBe(1000)
  })

  test('tells the failing step and its error as printed, last', async () => {
    const { messages } = await everything(await start(httpStep('start', '/fails')))

    expect(messages.at(-1)).toMatchObject({
      type: 'execution_failed',
      status: 'failed',
      error: 'HTTP request failed with status 500',
      node_id: 'start',
      node_type: 'http.request',
    })
    expect(Object.keys(messages.at(-1)!)).toEqual(members.execution_failed)
    expect(messages.slice(-3, -1)).toMatchObject([
      { type: 'log', level: 'error', message: 'HTTP request failed with status 500' },
      { type: 'log', level: 'error', message: 'Execution failed: HTTP request failed with status 500' },
    ])
  })
}
