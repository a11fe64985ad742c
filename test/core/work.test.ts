import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { writeSecretOf } from '../../shared/core/account-secrets.ts'
import { endRun } from '../../shared/core/end-run.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { listLogs, listSteps } from '../../shared/core/runs.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { doWork } from '../../shared/core/work.ts'
import type { OutboundRequest, OutboundResponse } from '../../shared/world.ts'
import { sdkError, withFaults } from '../faults/inject.ts'
import { asking, endOf, openRunsWorld, org, passTime, type RunsWorld, workOf } from './runs-fixture.ts'

let runs: RunsWorld
let flowId: string
const calls: OutboundRequest[] = []
let reply: (request: OutboundRequest) => Partial<OutboundResponse>

beforeAll(async () => {
  runs = await openRunsWorld({
    outbound: async (request) => {
      calls.push(request)
      return { status: 200, headers: {}, body: '', durationMs: 1, ...reply(request) }
    },
  })
  flowId = await runs.publish(asking)
})
beforeEach(() => {
  calls.length = 0
  reply = () => ({})
})
afterAll(() => runs.close())

const json = { 'content-type': 'application/json' }

async function failure(work: Promise<unknown>): Promise<Error> {
  return await work.then(
    () => expect.unreachable('it should have failed'),
    (error) => error,
  )
}

test('a working step costs a read and two writes', async () => {
  const run = await runs.begin(flowId)
  const { world, calls: made } = withFaults(runs.world, () => null)

  await doWork(world, workOf(world, run))

  expect(made).toEqual(['Get', 'Put', 'Update'])
})

test('F4 entered again after it was done, a step gives its recorded output and does nothing', async () => {
  const run = await runs.begin(flowId)
  reply = () => ({ headers: json, body: JSON.stringify({ n: calls.length }) })
  const event = workOf(runs.world, run)

  const first = await doWork(runs.world, event)
  const again = await doWork(runs.world, { ...event, retries: 1 })

  expect(again).toEqual(first)
  expect(calls).toHaveLength(1)
  const { logs } = await listLogs(runs.world, org, run.id, { limit: 100, offset: 0 })
  expect(logs.map(({ message }) => message)).toEqual(['Execution started', 'HTTP request successful'])
})

test('F5 F10 a try after a lost record or a failure carries the same Idempotency-Key', async () => {
  const run = await runs.begin(flowId)
  const event = workOf(runs.world, run, { maxAttempts: 3 })
  const lost = withFaults(runs.world, (name) =>
    name === 'Update' ? { when: 'before', error: () => sdkError('InternalServerError', 500) } : null,
  )

  expect((await failure(doWork(lost.world, event))).name).toBe('Lambda.ServiceException')
  reply = () => ({ status: 500 })
  expect((await failure(doWork(runs.world, { ...event, retries: 1 }))).name).toBe('Http.5xx')
  reply = () => ({})
  await doWork(runs.world, { ...event, retries: 2 })

  const keys = calls.map(({ headers }) => headers['idempotency-key'])
  expect(keys).toHaveLength(3)
  expect(new Set(keys).size).toBe(1)
  expect(keys[0]).toMatch(new RegExp(`^${run.id}:\\d{13}#call$`))
})

test('a failed try is told with the code, without a stack, and logged as a retry while there is one', async () => {
  const run = await runs.begin(flowId)
  reply = () => ({ status: 503 })
  const event = workOf(runs.world, run, { maxAttempts: 2 })

  const error = await failure(doWork(runs.world, event))
  await failure(doWork(runs.world, { ...event, retries: 1 }))

  expect(error).toMatchObject({ name: 'Http.5xx', message: 'HTTP request failed with status 503', stack: '' })
  const { logs } = await listLogs(runs.world, org, run.id, { limit: 100, offset: 1 })
  expect(logs).toMatchObject([
    { level: 'warn', message: 'HTTP request failed with status 503; retry 2 of 2', data: { attempt: 1 } },
    {
      level: 'error',
      message: 'HTTP request failed with status 503',
      nodeId: 'call',
      nodeType: 'http',
      data: { code: 'Http.5xx', status_code: 503, url: 'https://api.example.com/' },
    },
  ])
  const [step] = await listSteps(runs.world, org, run.id)
  expect(step).toMatchObject({ status: 'failed', attempt: 2, error: { code: 'Http.5xx' } })
})

test('E3 a run that has ended is not worked on', async () => {
  const run = await runs.begin(flowId)
  await endRun(runs.world, endOf(runs.world, run))

  const error = await failure(doWork(runs.world, workOf(runs.world, run)))

  expect(error.name).toBe('RunCancelled')
  expect(calls).toEqual([])
})

test('the first step that finishes is progress; later ones change nothing of it', async () => {
  const run = await runs.begin(flowId)
  expect((await readRun(runs.world, org, run.id)).progressAt).toBeNull()

  await doWork(runs.world, workOf(runs.world, run, { first: true }))
  const { progressAt, rev } = await readRun(runs.world, org, run.id)
  await runs.clock.advance(1000)
  await doWork(runs.world, workOf(runs.world, run, { first: true }))

  expect(progressAt).not.toBeNull()
  expect(await readRun(runs.world, org, run.id)).toMatchObject({ progressAt, rev })
})

describe('secrets', () => {
  const canary = 'cänary/+value"7'
  const event = {
    args: {
      url: 'https://api.example.com/',
      headers: { Authorization: ['Bearer ', { $secret: 'API_KEY' }], 'X-Data': '{"$secret":"API_KEY"}' },
      query: { q: [{ $secret: 'API_KEY' }] },
    },
    secrets: [
      ['headers', 'Authorization'],
      ['query', 'q'],
    ],
  }

  beforeAll(async () => {
    await writeSecretOf(runs.world, runs.who, 'me', { key: 'API_KEY', value: canary })
    await writeSecretOf(runs.world, runs.who, org, { key: 'API_KEY', value: 'everybody' })
    await writeSecretOf(runs.world, runs.who, org, { key: 'BIG', value: 'b'.repeat(20_000) })
  })

  test("the flow's maker's come first, and only at the marked places", async () => {
    const run = await runs.begin(flowId)

    await doWork(runs.world, workOf(runs.world, run, { ...event, args: { ...event.args, headers: {} } }))
    expect(calls[0]?.url).toBe(`https://api.example.com/?q=${encodeURIComponent(canary)}`)

    const args = { url: 'https://api.example.com/', method: 'POST', body: { $secret: 'API_KEY' } }
    await doWork(runs.world, workOf(runs.world, run, { args, stepId: 'other' }))
    expect(calls[1]?.body).toBe('{"$secret":"API_KEY"}')
  })

  test('J1 a value is in no record, output, log or error, however it was written', async () => {
    const run = await runs.begin(flowId)
    const args = {
      url: 'https://api.example.com/',
      query: { q: [{ $secret: 'API_KEY' }] },
      auth: { basic: { username: 'u', password: [{ $secret: 'API_KEY' }] } },
    }
    const secrets = [
      ['query', 'q'],
      ['auth', 'basic', 'password'],
    ]
    const echo = JSON.stringify({
      plain: canary,
      url: encodeURIComponent(canary),
      base64: Buffer.from(canary).toString('base64'),
      hex: Buffer.from(canary).toString('hex'),
      basic: Buffer.from(`u:${canary}`).toString('base64'),
      inner: JSON.stringify({ canary }),
    })
    reply = () => ({ headers: json, body: echo })

    const output = await doWork(runs.world, workOf(runs.world, run, { args, secrets }))
    reply = () => ({ status: 500 })
    const error = await failure(doWork(runs.world, workOf(runs.world, run, { args, secrets, stepId: 'b' })))

    const steps = await listSteps(runs.world, org, run.id)
    const { logs } = await listLogs(runs.world, org, run.id, { limit: 100, offset: 0 })
    const everything = JSON.stringify([output, error.message, steps, logs, runs.log])
    for (const form of [
      canary,
      'cänary',
      encodeURIComponent(canary),
      Buffer.from(canary).toString('base64').slice(0, 16),
      Buffer.from(canary).toString('hex'),
      Buffer.from(`u:${canary}`).toString('base64').slice(4, 18),
    ])
      expect(everything).not.toContain(form)
    expect(output).toMatchObject({ body: { plain: '•••', hex: '•••' } })
  })

  test('large ones are kept too; a missing one is an error of the step', async () => {
    const run = await runs.begin(flowId)
    const args = { url: 'https://api.example.com/', method: 'POST', body: [{ $secret: 'BIG' }] }

    await doWork(runs.world, workOf(runs.world, run, { args, secrets: [['body']] }))
    expect(calls[0]?.body).toHaveLength(20_000)

    const none = { ...args, body: [{ $secret: 'NONE' }] }
    const error = await failure(
      doWork(runs.world, workOf(runs.world, run, { args: none, secrets: [['body']], stepId: 'b' })),
    )
    expect(error.name).toBe('secret_missing')
  })
})

test('sealed inputs are opened for the step alone, and for their own run alone', async () => {
  const sealing = {
    ...asking,
    inputs: [{ name: 'pin', type: 'password' }],
  }
  const sealedFlow = await runs.publish(sealing)
  const begin = async () => {
    const order = {
      flowId: sealedFlow,
      inputs: { pin: 'hunter22' },
      trigger: { type: 'api' },
      waitSeconds: 0,
    }
    const { run } = await startRun(runs.world, runs.who, order)
    const { inputs } = runs.engine.executions.get(run.id)!.input as { inputs: { pin: string } }
    return { run, sealed: inputs.pin }
  }
  const mine = await begin()
  const other = await begin()
  reply = ({ body = '' }) => ({ headers: json, body })
  const args = {
    url: 'https://api.example.com/',
    method: 'POST',
    body: { pin: mine.sealed, other: other.sealed },
  }

  const output = await doWork(runs.world, workOf(runs.world, mine.run, { args }))

  expect(JSON.parse(calls[0]?.body ?? '')).toEqual({ pin: 'hunter22', other: other.sealed })
  expect(output).toMatchObject({ body: { pin: '•••' } })
  const [step] = await listSteps(runs.world, org, mine.run.id)
  expect(step?.input).toMatchObject({ body: { pin: '•••', other: '•••' } })
})

test('a bug of a step tells nothing of itself', async () => {
  const run = await runs.begin(flowId)
  reply = () => {
    throw new TypeError('internal detail')
  }

  const error = await passTime(runs.clock, failure(doWork(runs.world, workOf(runs.world, run))))

  expect(error).toMatchObject({ name: 'internal_error', message: 'The step failed inside the service' })
})
