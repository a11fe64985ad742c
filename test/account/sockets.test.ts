import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'
import { openStub, type Stub } from './stub.ts'
import { type Message, numbers, refusedWith, type Watcher, watch } from './watch.ts'

/** Live updates of seed 003 against `npm start`. */
let stub: Stub
let account: AccountChild
beforeAll(async () => {
  stub = await openStub(({ path }) => ({ status: path === '/fails' ? 500 : 200, body: { key: 'value' } }))
  account = await startAccount({ env: { SLUICE_OUTBOUND_ALLOW: stub.host } })
})
afterAll(async () => {
  await account.stop()
  await stub.close()
  rmSync(account.folder, { recursive: true, force: true })
})

const ends = () => ({ url: account.url, key: account.demo.apiKey })
const watching = (run: string, query = '') => watch(account.url, run, { key: account.demo.apiKey, query })
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** How many watch one run; `npm run soak` has 1,000. */
const watchers = Number(process.env.SLUICE_WATCHERS ?? 100)

/** Publishes the steps and starts a run of them. */
async function start(nodes: object, more: object = {}): Promise<string> {
  const definition = { metadata: { name: 'Watched' }, triggers: [{ type: 'api' }], nodes, ...more }
  const made = await call<{ id: string }>(ends(), 'POST', '/api/v1/flows', { name: 'Watched', definition })
  expect(made.status).toBe(201)
  const run = await call<{ execution_id: string }>(ends(), 'POST', `/api/v1/flows/${made.body.id}/run`)
  return run.body.execution_id
}

const call003 = (id: string, path: string, next?: string) => ({
  [id]: { type: 'http.request', params: { url: `${stub.url}${path}` }, ...(next ? { next } : {}) },
})
const approval = { type: 'approval', params: { message: 'Go?', onTimeout: 'fail' } }
const answer = (run: string, decision = 'approve') =>
  call(ends(), 'POST', `/v1/flowrun/resume/${run}`, { decision })

/** Everything of a run, from a number on, to its end. */
async function everything(run: string, query = ''): Promise<Watcher> {
  const watcher = await watching(run, query)
  await watcher.closed
  return watcher
}

/** The run asks, so that who comes now comes before the rest of it. */
async function atQuestion(nodes: object): Promise<string> {
  const run = await start({ ask: { ...approval, next: { default: Object.keys(nodes)[0] } }, ...nodes })
  const seen = await watching(run)
  await seen.until(({ waiting }) => waiting !== undefined)
  seen.socket.terminate()
  return run
}

describe('seed 003', () => {
  const members: Record<string, string[]> = {
    execution_update: ['type', 'execution_id', 'status', 'node_id', 'node_type', 'timestamp', 'seq'],
    node_completed: ['type', 'execution_id', 'node_id', 'node_type', 'result', 'timestamp', 'seq'],
    execution_completed: ['type', 'execution_id', 'status', 'result', 'timestamp', 'seq'],
    execution_failed: ['type', 'execution_id', 'status', 'error', 'node_id', 'node_type', 'timestamp', 'seq'],
  }

  test('sends the printed messages of its two-step flow, members in its order', async () => {
    const run = await start({
      ...call003('start', '/data', 'end'),
      end: { type: 'webhook', params: { url: `${stub.url}/callback` } },
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
        data: { status_code: 200, url: `${stub.url}/data` },
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
    const { messages } = await everything(await start(call003('start', '/fails')))

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
})

describe('messages', () => {
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
        ...{ type: 'http.request', params: { url: `${stub.url}/fails` } },
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
        params: { url: `${stub.url}/fails` },
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
      big: { type: 'http.request', params: { url: `${stub.url}/${'x'.repeat(3000)}` }, next: 'all' },
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
})

describe('the stream', () => {
  test('L8 who comes back with the number he has gets what he missed, no gap and nothing twice', async () => {
    const run = await atQuestion({ ...call003('one', '/1', 'two'), ...call003('two', '/2') })
    const whole = await watching(run)
    const first = await watching(run)
    await first.until(({ waiting }) => waiting !== undefined)
    first.socket.terminate()
    await answer(run)
    await whole.closed
    const all = numbers(whole.messages)
    const has = numbers(first.messages).at(-1)!

    for (const after of [0, all[0]!, has, all.at(-2)!]) {
      const back = await everything(run, `?after=${after}`)

      expect(numbers(back.messages)).toEqual(all.filter((seq) => seq > after))
    }
    expect(numbers(first.messages)).toEqual(all.filter((seq) => seq <= has))
    expect(all).toEqual([...new Set(all)].sort((a, b) => a - b))
    expect(numbers((await everything(run, `?after=${all.at(-1)}`)).messages)).toEqual([])
  })

  test('L7 many who come at any moment each get all of it, in order', { timeout: 120_000 }, async () => {
    const run = await atQuestion({
      ...call003('one', '/1', 'two'),
      ...call003('two', '/2', 'three'),
      three: { type: 'delay', params: { seconds: 1 }, next: 'four' },
      ...call003('four', '/4'),
    })
    const early = Promise.all(Array.from({ length: watchers * 0.6 }, () => everything(run)))
    await answer(run)
    const late = Promise.all(Array.from({ length: watchers * 0.4 }, () => everything(run)))
    const everybody = [...(await early), ...(await late)]
    const reference = (await everything(run)).messages

    expect(reference.at(-1)?.type).toBe('execution_completed')
    for (const { messages } of everybody) expect(messages).toEqual(reference)
  })

  test('G1 goes on after kill -9: who comes back gets the rest', async () => {
    const run = await atQuestion(call003('one', '/1'))
    const before = await watching(run)
    await before.until(({ waiting }) => waiting !== undefined)
    await account.kill()
    expect(await before.closed).toBe(1006)
    account = await startAccount({ folder: account.folder, env: { SLUICE_OUTBOUND_ALLOW: stub.host } })
    const has = numbers(before.messages).at(-1)!
    const after = await watching(run, `?after=${has}`)
    await answer(run)
    await after.closed
    const all = numbers((await everything(run)).messages)

    expect([...numbers(before.messages), ...numbers(after.messages)]).toEqual(all)
    expect(after.messages.at(-1)?.type).toBe('execution_completed')
  })

  test('is told within a moment', async () => {
    const run = await atQuestion(call003('one', '/1'))
    const watcher = await watching(run)
    await watcher.until(({ waiting }) => waiting !== undefined)
    await answer(run)
    const started = performance.now()
    await watcher.closed

    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('credentials', () => {
  const login = async () => {
    const { email: username, password } = account.demo
    const body = { username, password }
    return (await call<{ token: string }>(ends(), 'POST', '/api/v1/auth/login', body)).body.token
  }
  const ticketFor = async (runId: string, key = account.demo.apiKey) =>
    (await call<{ ticket: string }>({ url: account.url, key }, 'POST', '/v1/socket-tickets', { runId })).body
      .ticket

  test('L6 are asked for before the upgrade', async () => {
    const run = await atQuestion(call003('one', '/1'))
    const unknown = '00000000-0000-4000-8000-000000000000'
    const key = account.demo.apiKey
    const asked = (options: Parameters<typeof refusedWith>[2], id = run) =>
      refusedWith(account.url, id, options)

    expect(await asked({})).toBe(401)
    expect(await asked({ key: 'nobody' })).toBe(401)
    expect(await asked({ key }, unknown)).toBe(404)
    expect(await asked({ key }, 'not-an-id')).toBe(404)
    expect(await asked({ key, headers: { origin: 'https://evil.example' } })).toBe(403)
    expect(await asked({ key, query: `?token=${key}` })).toBe(400)
    expect(await asked({ key, query: '?after=-1' })).toBe(400)
    expect(await asked({ key, query: '?after=1&after=2' })).toBe(400)
    expect(await asked({ key, query: '?after=9999' })).toBe(400)
    expect(await asked({ key, query: '?since=1' })).toBe(400)
    expect(await asked({ protocols: [`bearer.${key}`] })).toBe(400)
    expect(await asked({ key, protocols: ['sluice', `bearer.${key}`] })).toBe(400)
    expect((await fetch(`${account.url}/ws/executions/${run}`)).status).toBe(426)
  })

  test('may come among the subprotocols, of which the reply names only its own', async () => {
    const run = await atQuestion(call003('one', '/1'))
    const { socket } = await watch(account.url, run, { protocols: ['sluice', `bearer.${await login()}`] })

    expect(socket.protocol).toBe('sluice')
    socket.terminate()
  })

  test('a ticket opens its run once', async () => {
    const run = await atQuestion(call003('one', '/1'))
    const other = await atQuestion(call003('one', '/1'))
    const ticket = await ticketFor(run)
    const protocols = ['sluice', `bearer.${ticket}`]
    const elsewhere = await refusedWith(account.url, other, { protocols })
    const tries = await Promise.all(
      Array.from({ length: 8 }, () => refusedWith(account.url, run, { protocols })),
    )

    expect(ticket).toMatch(/^tkt_[\w-]{43}$/)
    expect(elsewhere).toBe(404)
    expect(tries.sort()).toEqual([101, ...Array(7).fill(401)])
    expect(await refusedWith(account.url, run, { key: await ticketFor(run) })).toBe(401)
  })

  test('B4 logout closes the sockets of the session within a second, and of no other', async () => {
    const run = await atQuestion(call003('one', '/1'))
    const [token, another] = [await login(), await login()]
    const mine = await watch(account.url, run, { key: token })
    const viaTicket = await watch(account.url, run, {
      protocols: ['sluice', `bearer.${await ticketFor(run, token)}`],
    })
    const others = await watch(account.url, run, { key: another })
    await call({ url: account.url, key: token }, 'POST', '/api/v1/auth/logout')
    const started = performance.now()
    const codes = await Promise.all([mine.closed, viaTicket.closed])

    expect(performance.now() - started).toBeLessThan(1000)
    expect(codes).toEqual([1000, 1000])
    for (const { messages } of [mine, viaTicket])
      expect(messages.at(-1)).toEqual({
        type: 'closing',
        execution_id: run,
        code: 4401,
        reason: 'session_ended',
        timestamp: expect.stringMatching(moment),
      })
    expect(others.socket.readyState).toBe(others.socket.OPEN)
    others.socket.terminate()
  })
})

describe('what a client sends', () => {
  const open = async () => await watching(await atQuestion(call003('one', '/1')))

  test('may be a ping, which is answered', async () => {
    const watcher = await open()
    watcher.socket.send('{"type":"ping"}')
    const pong = await watcher.until(({ type }) => type === 'pong')

    expect(pong).toEqual({ type: 'pong', timestamp: expect.stringMatching(moment) })
    watcher.socket.terminate()
  })

  test.each([
    ['another text', 'hello'],
    ['more than a ping', '{"type":"ping","more":1}'],
    ['bytes', Buffer.from('{"type":"ping"}')],
  ])('L9 %s closes the socket with 4400', async (_name, sent) => {
    const watcher = await open()
    watcher.socket.send(sent)
    const code = await watcher.closed

    expect(watcher.messages.at(-1)).toMatchObject({ type: 'closing', code: 4400, reason: 'bad_message' })
    expect(code).toBe(1000)
  })

  test('L9 a hundred pings close the socket, a message over 128 KB at once', async () => {
    const watcher = await open()
    for (let sent = 0; sent < 100; sent++) watcher.socket.send('{"type":"ping"}')
    const large = await open()
    large.socket.send('x'.repeat(1024 * 1024))
    await watcher.closed

    expect(watcher.messages.filter(({ type }) => type === 'pong').length).toBeLessThanOrEqual(60)
    expect(await large.closed).toBe(1009)
  })
})
