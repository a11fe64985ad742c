import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { readRunEvents } from '../../shared/core/events-of-run.ts'
import { listSteps } from '../../shared/core/runs.ts'
import type { RunEvent } from '../../shared/store/events.ts'
import type { JsonObject } from '../../shared/world.ts'
import { type EngineWorld, openEngineWorld } from './engine-fixture.ts'
import { org, toolAnswer } from './runs-fixture.ts'

let engine: EngineWorld

beforeAll(async () => {
  engine = await openEngineWorld()
})
afterAll(() => engine.close())

function flow(nodes: JsonObject, more: JsonObject = {}): JsonObject {
  return { metadata: { name: 'Scripts' }, triggers: [{ type: 'api' }], ...more, nodes }
}

/** Publishes, runs without waiting for answers, and gives the run with its steps. */
async function run(nodes: JsonObject, inputs: JsonObject = {}, more: JsonObject = {}) {
  const started = await engine.start(await engine.publish(flow(nodes, more)), { inputs })
  const ended = started.finishedAt === null ? await engine.ended(started.id) : started
  return { ...ended, steps: await listSteps(engine.world, org, ended.id) }
}

const final = (output: string) => ({ type: 'final', params: { output } })

describe.each(['auto', 'standard'])('a script step on durability %s', (durability) => {
  const settings = { settings: { durability } }

  test('gives its value to what follows, and the trace records it', async () => {
    const code = 'return { sum: input.a + input.b, text: `${input.a} {{b}} {% $c %} "\\n%}` }\n'
    const { status, output, steps } = await run(
      {
        it: { type: 'script', params: { code, input: { a: '{{inputs.n}}', b: 2 } }, next: 'end' },
        end: final('{{it}}'),
      },
      { n: 40 },
      settings,
    )

    const value = { sum: 42, text: '40 {{b}} {% $c %} "\n%}' }
    expect({ status, output }).toEqual({ status: 'completed', output: value })
    expect(steps[0]).toMatchObject({
      stepId: 'it',
      type: 'script',
      kind: 'work',
      status: 'completed',
      source: 'trace',
      output: value,
    })
  })

  test('an error that nobody catches ends the run with its code, its message and its step', async () => {
    const { status, error, steps } = await run(
      { it: { type: 'script', name: 'Check stock', params: { code: 'throw new Error("No \\"stock\\"")' } } },
      {},
      settings,
    )

    expect(status).toBe('failed')
    expect(error).toMatchObject({
      code: 'Script.Error',
      message: 'No "stock"',
      stepId: 'it',
      stepName: 'Check stock',
      stepType: 'script',
    })
    expect(steps).toMatchObject([
      {
        stepId: 'it',
        status: 'failed',
        outcome: 'error',
        error: { code: 'Script.Error', message: 'No "stock"' },
      },
    ])
  })
})

describe('what a script gets', () => {
  test('is what the step before left, laid over the inputs; at the start, the inputs', async () => {
    const { output } = await run(
      {
        first: { type: 'script', params: { code: 'return { ...input, b: 2 }' }, next: 'second' },
        second: { type: 'script', params: { code: 'return { first: input }' }, next: 'end' },
        end: final('{{second}}'),
      },
      { a: 1, b: 1 },
    )

    expect(output).toEqual({ first: { a: 1, b: 2 } })
  })

  test('stays that where a declared input is called input', async () => {
    const { output } = await run(
      { it: { type: 'script', params: { code: 'return input' }, next: 'end' }, end: final('{{it}}') },
      { input: 5 },
      { inputs: [{ name: 'input', type: 'number' }] },
    )

    expect(output).toEqual({ input: 5 })
  })
})

describe('a script as a condition', () => {
  const branching = (code: string, next: JsonObject) => ({
    before: { type: 'transform', params: { value: 'before' }, next: 'it' },
    it: { type: 'script', params: { code }, next },
    left: final('left after {{last}}, {{it}}'),
    right: final('right after {{last}}, {{it}}'),
  })

  test.each([
    ['a row of its name', 'return "it\'s \\"a\\" row"', 'left after before, it\'s "a" row'],
    ['default where there is none', 'return "other"', 'right after before, other'],
    [
      'default for a list of the name',
      'return ["it\'s \\"a\\" row"]',
      'right after before, ["it\'s \\"a\\" row"]',
    ],
    ['default for nothing', '', 'right after before, '],
  ])('takes %s, and leaves last as it was', async (_name, code, output) => {
    const next = { 'it\'s "a" row': 'left', default: 'right' }

    expect((await run(branching(code || ' ', next))).output).toBe(output)
  })

  test.each([
    ['input === "before"', 'left after before, true'],
    ['input === "after"', 'right after before, false'],
    ['"true"', 'left after before, true'],
  ])('takes the rows true and false for %s', async (expression, output) => {
    expect((await run(branching(`return ${expression}`, { true: 'left', false: 'right' }))).output).toBe(
      output,
    )
  })
})

describe('a script that fails', () => {
  test('takes its error row, and is recorded as failed all the same', async () => {
    const { status, output, steps } = await run({
      it: { type: 'script', params: { code: 'return input.a.b' }, next: { error: 'sorry' } },
      sorry: final('{{lastError}}'),
    })

    const message = "TypeError: cannot read property 'b' of undefined (line 1)"
    expect(status).toBe('completed')
    expect(output).toEqual({ stepId: 'it', error: 'Script.Error', cause: message })
    expect(steps[0]).toMatchObject({
      stepId: 'it',
      status: 'failed',
      error: { code: 'Script.Error', message },
    })
  })

  test('takes its timeout row when it runs too long', async () => {
    const { output } = await run({
      it: { type: 'script', params: { code: 'for (;;) {}' }, next: { timeout: 'late', error: 'sorry' } },
      late: final('{{lastError.error}}'),
      sorry: final('sorry'),
    })

    expect(output).toBe('Script.Timeout')
  })

  test('is tried again as its author wants', async () => {
    const before = engine.scripts.length
    const { status } = await run({
      it: {
        type: 'script',
        params: { code: 'throw new Error("never")' },
        retry: { maxAttempts: 2, intervalSeconds: 1, on: ['Script.Error'] },
      },
    })
    const [first, second, ...others] = engine.scripts.slice(before)

    expect(status).toBe('failed')
    expect(others).toEqual([])
    expect(second).toEqual(first)
  })

  test('tells subscribers so', async () => {
    const { id } = await run({ it: { type: 'script', params: { code: 'throw "no"' } } })
    const types = ['step.started', 'step.completed', 'step.failed', 'run.failed']
    let told: RunEvent[] = []
    while (told.at(-1)?.type !== 'run.failed') {
      const page = await readRunEvents(engine.world, org, id, { after: 0, waitSeconds: 5, types })
      told = page.events
    }

    expect(told).toMatchObject([
      { type: 'step.started', stepId: 'it' },
      { type: 'step.failed', stepId: 'it', data: { error: { code: 'Script.Error', message: 'no' } } },
      { type: 'run.failed' },
    ])
  })
})

test('scripts run for each item and in branches, with values of their own', async () => {
  const { output, steps } = await run(
    {
      all: {
        type: 'each',
        params: {
          items: '{{inputs.list}}',
          concurrency: 5,
          body: {
            nodes: { one: { type: 'script', params: { code: 'return input * 2', input: '{{item}}' } } },
          },
        },
        next: 'both',
      },
      both: {
        type: 'parallel',
        params: {
          branches: {
            left: {
              nodes: { l: { type: 'script', params: { code: 'return input.reduce((a, b) => a + b)' } } },
            },
            right: {
              nodes: {
                r: {
                  type: 'script',
                  params: { code: 'throw "no"' },
                  next: { error: 'rescue' },
                },
                rescue: { type: 'transform', params: { value: '{{lastError.cause}}' } },
              },
            },
          },
        },
        next: 'end',
      },
      end: final('{{both}}'),
    },
    { list: [1, 2, 3] },
  )

  expect(output).toEqual({ left: 12, right: 'no' })
  const records = Object.fromEntries(steps.map(({ stepId, status }) => [stepId, status]))
  expect(records).toMatchObject({ l: 'completed', r: 'failed', rescue: 'completed' })
})

test('what scripts did before a wait is known while the run stands still', async () => {
  const flowId = await engine.publish(
    flow({
      it: { type: 'script', params: { code: 'return 7' }, next: 'ask' },
      ask: { type: 'client-tool', params: { toolName: 'tool' }, next: 'after' },
      after: { type: 'script', params: { code: 'return input.n + 1', input: '{{ask}}' } },
    }),
  )
  const { id } = await engine.start(flowId, { waitSeconds: 5 })
  const [first] = await listSteps(engine.world, org, id)
  const done = await answerWait(
    engine.world,
    engine.who,
    { runId: id, waitId: undefined, answer: toolAnswer({ n: 1 }) },
    20,
  )

  expect(first).toMatchObject({ stepId: 'it', source: 'trace', status: 'completed', output: 7 })
  expect(done.run).toMatchObject({ status: 'completed', output: 2 })
})
