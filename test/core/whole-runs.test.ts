import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { cancelRun, listLogs, listSteps } from '../../shared/core/runs.ts'
import type { JsonObject, OutboundRequest } from '../../shared/world.ts'
import { type EngineWorld, openEngineWorld } from './engine-fixture.ts'
import { org, toolAnswer } from './runs-fixture.ts'

let engine: EngineWorld
const calls: OutboundRequest[] = []

beforeAll(async () => {
  engine = await openEngineWorld({
    outbound: async (request) => {
      calls.push(request)
      const status = request.url.endsWith('/fails') ? 500 : 200
      if (request.url.endsWith('/slow')) await new Promise((resolve) => setTimeout(resolve, 300))
      return { status, headers: {}, body: '', durationMs: 1 }
    },
  })
})
afterAll(() => engine.close())

const api = { triggers: [{ type: 'api' }] }
const asking = { type: 'client-tool', params: { toolName: 'tool' } }

function flow(nodes: JsonObject, more: JsonObject = {}): JsonObject {
  return { metadata: { name: 'Whole' }, ...api, ...more, nodes }
}

function answer(runId: string, value: number | string, waitId?: string, seconds = 20) {
  return answerWait(engine.world, engine.who, { runId, waitId, answer: toolAnswer(value) }, seconds)
}

const read = (id: string) => readRun(engine.world, org, id)
const messages = async (id: string) =>
  (await listLogs(engine.world, org, id, { limit: 100, offset: 0 })).logs.map(
    ({ message, nodeId }) => `${message} @${nodeId}`,
  )

describe('M6 a run without waits', () => {
  test('is answered with its output from inside the call', async () => {
    const flowId = await engine.publish(
      flow({
        sum: { type: 'transform', params: { value: '{{inputs.a + 1}}' }, next: 'end' },
        end: { type: 'final', params: { outputs: { sum: '{{sum}}' } } },
      }),
    )

    const run = await engine.start(flowId, { inputs: { a: 1 } })

    expect(run).toMatchObject({ status: 'completed', output: { sum: 2 }, rev: 2 })
    expect(await read(run.id)).toMatchObject({ status: 'completed', output: { sum: 2 }, rev: 2 })
    expect(await messages(run.id)).toEqual(['Execution started @sum', 'Execution completed @end'])
    expect(
      (await listSteps(engine.world, org, run.id)).map(({ stepId, source }) => [stepId, source]),
    ).toEqual([
      ['sum', 'trace'],
      ['end', 'trace'],
    ])
  })

  test('calls out, fails and says where', async () => {
    const flowId = await engine.publish(
      flow({
        good: { type: 'http', params: { url: 'https://api.example.com/works' }, next: 'bad' },
        bad: { type: 'http', name: 'Bad one', params: { url: 'https://api.example.com/fails' } },
      }),
    )

    const run = await engine.start(flowId)

    expect(run).toMatchObject({
      status: 'failed',
      error: {
        code: 'Http.5xx',
        message: 'HTTP request failed with status 500',
        stepId: 'bad',
        stepName: 'Bad one',
        stepType: 'http',
      },
    })
    expect(await messages(run.id)).toEqual([
      'Execution started @good',
      'HTTP request successful @good',
      'HTTP request failed with status 500 @bad',
      'Execution failed: HTTP request failed with status 500 @bad',
    ])
  })

  test('whose output breaks its schema fails as OutputInvalid', async () => {
    const flowId = await engine.publish(
      flow(
        { end: { type: 'final', params: { outputs: { score: 'high' } } } },
        { output: { type: 'object', properties: { score: { type: 'number' } } } },
      ),
    )

    expect(await engine.start(flowId)).toMatchObject({ status: 'failed', error: { code: 'OutputInvalid' } })
  })

  test('whose output is over 192 KiB fails as output_too_large, at once', async () => {
    const flowId = await engine.publish(flow({ end: { type: 'final', params: { output: '{{inputs}}' } } }))

    const run = await engine.start(flowId, { inputs: { text: 'x'.repeat(192 * 1024 - 12) } })
    expect(run.status).toBe('completed')

    const twice = await engine.publish(
      flow({ end: { type: 'final', params: { outputs: { a: '{{text}}', b: '{{text}}' } } } }),
    )
    const failed = await engine.start(twice, { inputs: { text: 'x'.repeat(110 * 1024) } })
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'output_too_large' } })
  })
})

describe('a run that waits', () => {
  test('M3 two questions in series: each gets its own answer, and its caller what follows', async () => {
    const flowId = await engine.publish(
      flow({
        one: { ...asking, next: 'two' },
        two: { ...asking, next: 'end' },
        end: { type: 'final', params: { outputs: { one: '{{one}}', two: '{{two}}' } } },
      }),
    )

    const run = await engine.start(flowId)
    expect(run).toMatchObject({ status: 'waiting', waits: [{ stepId: 'one' }] })
    const second = await answer(run.id, 1)
    expect(second.run).toMatchObject({ status: 'waiting', waits: [{ stepId: 'two' }] })
    const last = await answer(run.id, 2)

    expect(last.run).toMatchObject({ status: 'completed', output: { one: 1, two: 2 } })
    expect(await messages(run.id)).toEqual([
      'Execution started @one',
      'Waiting for an answer @one',
      'Answer received @one',
      'Waiting for an answer @two',
      'Answer received @two',
      'Execution completed @end',
    ])
  })

  test('M3 E13 two questions in branches: answered in either order', async () => {
    const flowId = await engine.publish(
      flow({
        both: {
          type: 'parallel',
          params: { branches: { left: { nodes: { a: asking } }, right: { nodes: { b: asking } } } },
        },
      }),
    )
    for (const order of [
      ['a', 'b'],
      ['b', 'a'],
    ]) {
      const run = await engine.start(flowId)
      const seen = await engine.until(run.id, ({ openWaits }) => openWaits === 2)
      const idOf = (stepId: string) => seen.waits.find((wait) => wait.stepId === stepId)!.id

      for (const stepId of order) await answer(run.id, stepId, idOf(stepId))

      expect((await engine.ended(run.id)).output).toEqual({ left: 'a', right: 'b' })
    }
  })

  test('M3 E14 a list of questions answered out of order, some twice: each item once', async () => {
    const flowId = await engine.publish(
      flow({
        all: {
          type: 'each',
          params: { items: '{{inputs.items}}', concurrency: 40, body: { nodes: { ask: asking } } },
        },
      }),
    )
    const items = Array.from({ length: 20 }, (_, index) => index)
    const run = await engine.start(flowId, { inputs: { items } })
    const seen = await engine.until(run.id, ({ openWaits }) => openWaits === 20)
    const mixed = seen.waits.map((wait, n) => ({ id: wait.id, n })).sort((a, b) => (a.id < b.id ? -1 : 1))

    const answers = [...mixed, ...mixed.slice(0, 5)].map(({ id, n }) => answer(run.id, n, id, 0))
    await Promise.all(answers)

    const output = (await engine.ended(run.id)).output as number[]
    expect(output.toSorted((a, b) => a - b)).toEqual(items)
    expect(
      (await listSteps(engine.world, org, run.id, { stepId: 'ask' })).map((step) => step.iteration),
    ).toContain('19')
  })

  test('M4 out of time: it fails, takes its branch, or the decision for silence', async () => {
    const ask = { type: 'approval', params: { message: 'Yes?' }, timeoutSeconds: 1 }
    const ends = {
      late: { type: 'final', params: { output: 'late' } },
      no: { type: 'final', params: { output: 'no' } },
    }
    const [fails, branches, decides] = await Promise.all(
      [
        { ask },
        { ask: { ...ask, next: { timeout: 'late' } }, late: ends.late },
        {
          ask: {
            ...ask,
            params: { message: 'Yes?', onTimeout: { decision: 'reject' } },
            next: { reject: 'no', approve: 'late' },
          },
          ...ends,
        },
      ].map(async (nodes) => {
        const run = await engine.start(await engine.publish(flow(nodes)))
        return await engine.ended(run.id)
      }),
    )

    expect(fails).toMatchObject({ status: 'failed', error: { code: 'Wait.Expired', stepId: 'ask' } })
    expect(branches).toMatchObject({ status: 'completed', output: 'late' })
    expect(decides).toMatchObject({ status: 'completed', output: 'no' })
    expect(await messages(fails!.id)).toContain('Wait expired @ask')
  })

  test('E4 at the deadline a run takes the path of its answer or of its timeout, as its caller was told', async () => {
    const flowId = await engine.publish(
      flow({
        ask: { ...asking, timeoutSeconds: 1, next: { default: 'taken', timeout: 'late' } },
        taken: { type: 'final', params: { output: 'taken' } },
        late: { type: 'final', params: { output: 'late' } },
      }),
    )
    const rounds = Array.from({ length: 40 }, async (_, n) => {
      const run = await engine.start(flowId)
      const left = Date.parse(run.waits[0]!.expiresAt) - Date.now()
      await engine.world.clock.sleep(left - 20 + n)
      const told = await answer(run.id, 1).then(
        () => 'taken',
        (error) => error.code,
      )
      return [told, (await engine.ended(run.id)).output]
    })

    for (const [told, output] of await Promise.all(rounds))
      expect([told, output]).toEqual(output === 'taken' ? ['taken', 'taken'] : ['wait_expired', 'late'])
  })

  test('M5 keeps its version, whatever is published later', async () => {
    const { saveAndPublish } = await import('../../shared/core/publish.ts')
    const flowId = await engine.publish(
      flow({ ask: { ...asking, next: 'end' }, end: { type: 'final', params: { output: 'first' } } }),
    )
    const run = await engine.start(flowId)
    const second = flow({ end: { type: 'final', params: { output: 'second' } } })
    await saveAndPublish(
      engine.world,
      { orgId: org, actor: engine.who.actor },
      { flowId, definition: second },
    )

    const { run: done } = await answer(run.id, 1)

    expect(done).toMatchObject({ version: 1, output: 'first' })
    expect(await engine.start(flowId)).toMatchObject({ version: 2, output: 'second' })
  })
})

const slowCall = { type: 'http', params: { url: 'https://api.example.com/slow' } }
const after = { type: 'http', params: { url: 'https://api.example.com/after' } }

describe('M10 a cancel', () => {
  test.each([
    ['a wait', { hold: { ...asking, next: 'call' } }],
    ['a delay', { hold: { type: 'delay', params: { seconds: 1 }, next: 'call' } }],
    ['a call that comes back later', { hold: { ...slowCall, next: 'call' } }],
    [
      'branches',
      {
        hold: {
          type: 'parallel',
          params: {
            branches: {
              a: { nodes: { a: { ...slowCall, next: 'b' }, b: after } },
              b: { nodes: { c: { ...asking, next: 'd' }, d: after } },
            },
          },
          next: 'call',
        },
      },
    ],
    [
      'a list',
      {
        hold: {
          type: 'each',
          params: { items: '{{[1, 2]}}', body: { nodes: { a: { ...slowCall, next: 'b' }, b: after } } },
          next: 'call',
        },
      },
    ],
  ])('during %s ends the run at once, and nothing begins afterwards', async (where, nodes) => {
    const flowId = await engine.publish(
      flow({ ...nodes, call: after } as JsonObject, {
        settings: { durability: 'standard' },
      }),
    )
    const run = await engine.start(flowId, { waitSeconds: 0 })
    // What is under way is let go, and nothing comes of it.
    await engine.world.clock.sleep(100)
    const before = calls.length

    const cancelled = await cancelRun(engine.world, engine.who, run.id, 'enough')

    expect(cancelled).toMatchObject({ status: 'cancelled', error: { message: 'enough' } })
    expect((await cancelRun(engine.world, engine.who, run.id)).status).toBe('cancelled')
    await engine.world.clock.sleep(where === 'a delay' ? 1200 : 400)
    expect(calls).toHaveLength(before)
    expect((await read(run.id)).status).toBe('cancelled')
  })

  test('of a run that has ended is refused', async () => {
    const flowId = await engine.publish(flow({ end: { type: 'final', params: { output: 1 } } }))
    const run = await engine.start(flowId)

    await expect(cancelRun(engine.world, engine.who, run.id)).rejects.toMatchObject({
      code: 'run_finished',
      details: { runStatus: 'completed' },
    })
  })
})
