import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { endRun } from '../../shared/core/end-run.ts'
import { expireWait } from '../../shared/core/expire-wait.ts'
import type { RunView } from '../../shared/core/run-view.ts'
import { cancelRun, listLogs } from '../../shared/core/runs.ts'
import { settleExecution } from '../../shared/core/settle.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { doWork } from '../../shared/core/work.ts'
import type { LogLevel } from '../../shared/world.ts'
import {
  asking,
  askOf,
  endOf,
  openRunsWorld,
  org,
  type RunsWorld,
  toolAnswer,
  workOf,
} from './runs-fixture.ts'

let runs: RunsWorld
let flowId: string
let status = 200
let traceparent: string | undefined

beforeAll(async () => {
  runs = await openRunsWorld({
    outbound: async ({ headers }) => {
      traceparent = headers.traceparent
      return { status, headers: {}, body: '', durationMs: 1 }
    },
  })
  const call = { type: 'http', params: { url: 'https://api.example.com/' } }
  flowId = await runs.publish({
    ...asking,
    nodes: {
      call: {
        ...call,
        next: 'ask',
        retry: { maxAttempts: 4, intervalSeconds: 2, backoffRate: 3, maxDelaySeconds: 10, on: ['Http.5xx'] },
      },
      ask: asking.nodes.ask,
    },
  })
})
afterAll(() => runs.close())

async function logs(run: RunView, level?: LogLevel, limit = 100, offset = 0) {
  return await listLogs(runs.world, org, run.id, { level, limit, offset })
}

async function lines(run: RunView): Promise<string[]> {
  return (await logs(run)).logs.map(({ level, message, nodeId }) => `${level} ${message} @${nodeId}`)
}

test('the whole log of a run, entry by entry', async () => {
  status = 200
  const run = await runs.begin(flowId)
  await runs.clock.advance(10)
  await doWork(runs.world, workOf(runs.world, run))
  await runs.clock.advance(10)
  await runs.ask(run)
  await runs.clock.advance(10)
  const { wait } = await answerWait(runs.world, runs.who, { runId: run.id, answer: toolAnswer(1) }, 0)
  await runs.clock.advance(10)
  await endRun(runs.world, endOf(runs.world, run, { lastStepId: 'ask' }))

  const { logs: entries, total } = await logs(run)

  expect(total).toBe(5)
  expect(entries).toEqual([
    {
      timestamp: run.createdAt,
      level: 'info',
      message: 'Execution started',
      nodeId: 'call',
      nodeType: 'http',
    },
    {
      timestamp: expect.any(String),
      level: 'info',
      message: 'HTTP request successful',
      nodeId: 'call',
      nodeType: 'http',
      data: { status_code: 200, url: 'https://api.example.com/' },
    },
    {
      timestamp: wait.openedAt,
      level: 'info',
      message: 'Waiting for an answer',
      nodeId: 'ask',
      nodeType: 'client-tool',
      data: { wait_id: wait.id, kind: 'client-tool', expires_at: wait.expiresAt },
    },
    {
      timestamp: wait.answeredAt,
      level: 'info',
      message: 'Answer received',
      nodeId: 'ask',
      nodeType: 'client-tool',
      data: { wait_id: wait.id, kind: 'client-tool', by: 'user:ann' },
    },
    {
      timestamp: expect.any(String),
      level: 'info',
      message: 'Execution completed',
      nodeId: 'ask',
      nodeType: 'client-tool',
    },
  ])
  expect((await logs(run, 'info', 2, 1)).logs).toEqual(entries.slice(1, 3))
  expect(await logs(run, 'error')).toEqual({ logs: [], total: 0 })
})

test('a retry says when it comes, and only where the author wants one', async () => {
  const run = await runs.begin(flowId)
  const event = workOf(runs.world, run, { maxAttempts: 4 })
  status = 503
  for (let retries = 0; retries < 3; retries++)
    await doWork(runs.world, { ...event, retries }).catch(() => {})
  status = 404
  await doWork(runs.world, { ...event, retries: 3, maxAttempts: 5 }).catch(() => {})

  expect((await lines(run)).slice(1)).toEqual([
    'warn HTTP request failed with status 503; retry 2 of 4 in 2 s @call',
    'warn HTTP request failed with status 503; retry 3 of 4 in 6 s @call',
    'warn HTTP request failed with status 503; retry 4 of 4 in 10 s @call',
    'error HTTP request failed with status 404 @call',
  ])
})

test('how a run ended from outside stands at the step it stood on', async () => {
  const cancelled = await runs.begin(flowId)
  await runs.ask(cancelled)
  await cancelRun(runs.world, runs.who, cancelled.id, 'enough')
  const late = await runs.begin(flowId)
  await runs.ask(late)
  const input = JSON.stringify({ run: { id: late.id, orgId: org } })
  await settleExecution(runs.world, { name: late.id, status: 'TIMED_OUT', input })

  expect((await lines(cancelled)).at(-1)).toBe('warn Execution cancelled @ask')
  expect((await lines(late)).at(-1)).toBe('error Execution timed out @ask')
})

test('a wait that expired is a warning; an item of a list says which one', async () => {
  const run = await runs.begin(flowId)
  const event = askOf(runs.world, run, { iter: '2.0' })
  await runs.ask(run, event)
  await expireWait(runs.world, { ...event, kind: 'expire', askedAt: event.at } as never)

  const { logs: entries } = await logs(run, 'warn')
  expect(entries).toMatchObject([{ message: 'Wait expired', nodeId: 'ask', iteration: '2.0' }])
})

test('log steps write at their own level; long messages and data are cut', async () => {
  const run = await runs.begin(flowId)
  const args = { level: 'debug', message: 'x'.repeat(2000), data: { text: 'y'.repeat(20_000) } }
  await doWork(runs.world, workOf(runs.world, run, { type: 'log', as: 'log', args }))

  const [entry] = (await logs(run, 'debug')).logs

  expect(entry?.message).toHaveLength(1000)
  expect(entry?.message.endsWith('…')).toBe(true)
  expect(JSON.stringify(entry?.data).length).toBeLessThanOrEqual(8192)
})

test('the trace context of the start is handed to every step', async () => {
  status = 200
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  const order = {
    flowId,
    inputs: {},
    trigger: { type: 'api' },
    waitSeconds: 0,
    traceparent: `00-${trace}-00f067aa0ba902b7-01`,
  }
  const { run } = await startRun(runs.world, runs.who, order)

  await doWork(runs.world, workOf(runs.world, run))

  expect(traceparent).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`))
})
