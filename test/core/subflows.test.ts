import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { cancelRun, listLogs, listSteps } from '../../shared/core/runs.ts'
import type { JsonObject } from '../../shared/world.ts'
import { type EngineWorld, openEngineWorld } from './engine-fixture.ts'
import { org, toolAnswer } from './runs-fixture.ts'

let engine: EngineWorld

beforeAll(async () => {
  engine = await openEngineWorld()
})
afterAll(() => engine.close())

const asking = { type: 'client-tool', params: { toolName: 'tool' } }

function flow(nodes: JsonObject, more: JsonObject = {}): JsonObject {
  return { metadata: { name: 'Whole' }, triggers: [{ type: 'api' }], ...more, nodes }
}

function answer(runId: string, value: number | string) {
  return answerWait(engine.world, engine.who, { runId, answer: toolAnswer(value) }, 20)
}

const read = (id: string) => readRun(engine.world, org, id)
const messages = async (id: string) =>
  (await listLogs(engine.world, org, id, { limit: 100, offset: 0 })).logs.map(
    ({ message, nodeId }) => `${message} @${nodeId}`,
  )

describe('a sub-flow', () => {
  test('gives its output to the run that waits for it; its own waits are its own', async () => {
    const child = await engine.publish(
      flow({
        ask: { ...asking, next: 'end' },
        end: { type: 'final', params: { outputs: { got: '{{ask}}', of: '{{inputs.of}}' } } },
      }),
    )
    const flowId = await engine.publish(
      flow({ call: { type: 'flow', params: { flowId: child, inputs: { of: '{{inputs.of}}' } } } }),
    )

    const run = await engine.start(flowId, { inputs: { of: 'parent' }, waitSeconds: 0 })
    const childId = await engine.child(run.id)
    let seen = await read(run.id)
    expect(seen).toMatchObject({ status: 'running', openWaits: 0 })
    const inner = await engine.until(childId, ({ status }) => status === 'waiting')
    expect(inner).toMatchObject({ parentRunId: run.id, trigger: { type: 'flow' } })
    await answer(childId, 'yes')

    seen = await engine.ended(run.id)
    expect(seen).toMatchObject({ status: 'completed', output: { got: 'yes', of: 'parent' } })
    expect(await messages(run.id)).toContain('Sub-flow started @call')
    expect((await listSteps(engine.world, org, run.id))[0]).toMatchObject({
      status: 'completed',
      type: 'flow',
    })
  })

  test('that fails fails its step with its own error', async () => {
    const child = await engine.publish(
      flow({ no: { type: 'fail', params: { code: 'CHILD_DOWN', message: 'no' } } }),
    )
    const flowId = await engine.publish(
      flow({
        call: { type: 'flow', params: { flowId: child }, next: { error: 'sorry' } },
        sorry: { type: 'final', params: { output: '{{lastError.error}}: {{lastError.cause}}' } },
      }),
    )

    const run = await engine.start(flowId, { waitSeconds: 20 })

    expect(run).toMatchObject({ status: 'completed', output: 'CHILD_DOWN: no' })
  })

  // The engine refused such an error, so the run waited for ever and the table's changes came again and again.
  test.each([
    ['longer than the engine takes', 'C'.repeat(300), `${'C'.repeat(255)}…`],
    [
      'with a character at the place where it is cut',
      `${'C'.repeat(254)}😀${'C'.repeat(9)}`,
      `${'C'.repeat(254)}…`,
    ],
    ['that an expression left empty', '', 'Failed'],
  ])('fails its step with a code %s', async (_, code, told) => {
    const child = await engine.publish(
      flow({ no: { type: 'fail', params: { code: '{{inputs.code}}', message: 'no' } } }),
    )
    const flowId = await engine.publish(
      flow({
        call: { type: 'flow', params: { flowId: child, inputs: { code } }, next: { error: 'sorry' } },
        sorry: { type: 'final', params: { output: '{{lastError.error}}' } },
      }),
    )

    const run = await engine.start(flowId, { waitSeconds: 5 })

    expect(run).toMatchObject({ status: 'completed', output: told })
  })

  test('is cancelled with the run that started it', async () => {
    const child = await engine.publish(flow({ ask: asking }))
    const flowId = await engine.publish(flow({ call: { type: 'flow', params: { flowId: child } } }))
    const run = await engine.start(flowId, { waitSeconds: 0 })
    const childId = await engine.child(run.id)
    await engine.until(childId, () => true)

    await cancelRun(engine.world, engine.who, run.id)

    expect(await readRun(engine.world, org, childId)).toMatchObject({ status: 'cancelled' })
  })

  // A child that was never made answered the cancel with 404, and left the execution running.
  // Its step was told as running for ever, and the run could not be cancelled: there was no such child.
  test('that cannot be started fails its step, and leaves a run that can be cancelled', async () => {
    const flowId = await engine.publish(
      flow({
        call: { type: 'flow', params: { flowId: '{{inputs.of}}' }, next: { error: 'ask' } },
        ask: asking,
      }),
    )

    const run = await engine.start(flowId, { inputs: { of: 'nowhere' }, waitSeconds: 20 })

    expect(run.status).toBe('waiting')
    const [step] = await listSteps(engine.world, org, run.id)
    expect(step).toMatchObject({
      ...{ stepId: 'call', status: 'failed', outcome: 'error', childId: null },
      error: { code: 'not_found', message: 'There is no such flow' },
    })
    expect(await messages(run.id)).toContain('There is no such flow @call')
    await cancelRun(engine.world, engine.who, run.id)
    expect((await read(run.id)).status).toBe('cancelled')
  })

  test('whose start was refused does not keep its run from being cancelled', async () => {
    const flowId = await engine.publish(
      flow({
        call: { type: 'flow', params: { flowId: '{{inputs.flow}}' }, next: { error: 'ask' } },
        ask: asking,
      }),
    )
    const run = await engine.start(flowId, { inputs: { flow: 'none' } })
    expect(run.status).toBe('waiting')

    expect(await cancelRun(engine.world, engine.who, run.id)).toMatchObject({ status: 'cancelled' })
  })

  // They went on waiting for answers that nobody wanted any more.
  describe('that nobody waits for any more ends with the run', () => {
    const boom = {
      nodes: {
        hold: { type: 'delay', params: { seconds: 1 }, next: 'boom' },
        boom: { type: 'fail', params: { code: 'BOOM', message: 'no' } },
      },
    }
    const branches = (call: object) => ({
      both: { type: 'parallel', params: { branches: { a: boom, b: { nodes: { call } } } } },
    })

    test.each([
      ['if it failed beside it', (call: object) => branches(call), {}],
      ['if it ran out of time', (call: object) => ({ call }), { settings: { timeoutSeconds: 1 } }],
      [
        'if its step gave up',
        (call: object) => ({
          call: { ...call, timeoutSeconds: 1, next: { timeout: 'end' } },
          end: { type: 'final', params: { output: 1 } },
        }),
        {},
      ],
    ])('%s', async (_, nodes, more) => {
      const child = await engine.publish(flow({ ask: asking }))
      const call = { type: 'flow', params: { flowId: child } }
      const flowId = await engine.publish(flow(nodes(call) as JsonObject, more))
      const run = await engine.start(flowId, { waitSeconds: 0 })
      const childId = await engine.child(run.id)
      await engine.until(childId, ({ status }) => status === 'waiting')

      await engine.ended(run.id)

      expect(await engine.ended(childId)).toMatchObject({
        status: 'cancelled',
        error: { message: 'The run that started it has ended' },
      })
    })
  })

  test('that calls itself stops at ten levels', async () => {
    const { saveAndPublish } = await import('../../shared/core/publish.ts')
    const flowId = await engine.publish(flow({ end: { type: 'final', params: { output: 1 } } }))
    const again = flow({ call: { type: 'flow', params: { flowId } } })
    await saveAndPublish(engine.world, { orgId: org, actor: engine.who.actor }, { flowId, definition: again })

    const run = await engine.start(flowId, { waitSeconds: 20 })

    expect(run).toMatchObject({ status: 'failed', error: { code: 'depth_exceeded' } })
  })
})
