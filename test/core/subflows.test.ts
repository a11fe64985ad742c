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

  test('that calls itself stops at ten levels', async () => {
    const { saveAndPublish } = await import('../../shared/core/publish.ts')
    const flowId = await engine.publish(flow({ end: { type: 'final', params: { output: 1 } } }))
    const again = flow({ call: { type: 'flow', params: { flowId } } })
    await saveAndPublish(engine.world, { orgId: org, actor: engine.who.actor }, { flowId, definition: again })

    const run = await engine.start(flowId, { waitSeconds: 20 })

    expect(run).toMatchObject({ status: 'failed', error: { code: 'depth_exceeded' } })
  })
})
