import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { executionArn } from '../../../shared/core/cancel.ts'
import { getRun } from '../../../shared/store/runs.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { fakeModel, modelSettings } from '../../fake-model.ts'
import { type Faces, openFaces } from '../open-faces.ts'

const model = fakeModel()
let faces: Faces
beforeAll(async () => {
  faces = await openFaces({ outbound: (request) => model.outbound(request), env: modelSettings })
})
afterAll(() => faces.close())

const plus = (of: string, next?: string): JsonObject => ({
  type: 'transform',
  params: { value: `{{${of} + 1}}` },
  ...(next ? { next } : {}),
})

/** Sections of steps, one behind the other: 20 of them with 10 steps each, bodies included. */
const sections = 20
function section(n: number, before: string): JsonObject {
  const id = (name: string) => `${name}${n}`
  return {
    [id('a')]: plus(before, id('list')),
    [id('list')]: {
      type: 'each',
      params: {
        items: [1, 2],
        body: {
          nodes: {
            [id('both')]: {
              type: 'parallel',
              params: {
                branches: {
                  left: {
                    nodes: {
                      [id('loop')]: {
                        type: 'while',
                        params: {
                          when: '{{iteration < 2}}',
                          maxIterations: 2,
                          body: { nodes: { [id('round')]: plus('iteration') } },
                        },
                      },
                    },
                  },
                  right: { nodes: { [id('r')]: plus('item') } },
                },
              },
              next: id('pick'),
            },
            [id('pick')]: { type: 'transform', params: { value: `{{both${n}.right}}` } },
          },
        },
      },
      next: id('choose'),
    },
    [id('choose')]: {
      type: 'condition',
      params: { cases: [{ when: `{{list${n}[1] = 3}}`, to: id('b') }] },
      next: { default: id('no') },
    },
    [id('b')]: plus(id('a'), n === sections ? 'help' : `a${n + 1}`),
    [id('no')]: { type: 'fail', params: { code: 'NO', message: 'The list came out wrong' } },
  }
}

/** States entered by one section: a, the list, for each item (…), the choice, b. */
const item = 1 + 1 + 1 // its variables, `both`, `pick`
const left = 1 + 1 + 2 * (1 + 1) + 1 // its variables, the loop's beginning, two rounds after a look, the last look
const right = 1 + 1 // its variables, `r`
const statesOfSection = 1 + 1 + 2 * (item + left + right) + 1 + 1

test('a flow of 200 steps in loops, branches and an agent runs to its end in exactly so many states', async () => {
  const nodes = Object.assign(
    {},
    ...Array.from({ length: sections }, (_, at) => section(at + 1, at === 0 ? 'inputs.x' : `b${at}`)),
    {
      help: {
        type: 'agent',
        params: { prompt: 'Count', tools: [{ type: 'client', name: 'count' }] },
        next: 'end',
      },
      end: { type: 'final', params: { outputs: { x: `{{b${sections}}}`, said: '{{help.response}}' } } },
    },
  )
  model.say([['count', {}]], 'Done')
  const flow = await faces.flow({
    metadata: { name: 'Long' },
    start: 'a1',
    inputs: [{ name: 'x', type: 'integer', required: true }],
    nodes,
  })
  const waiting = await faces.execute(flow, { x: 0 })
  const as = faces.acme.token.user
  const run = waiting.headers['sluice-run-id']!
  const toolResult = { success: true, output: 7 }
  const { body } = await faces.send('POST', `/v1/flowrun/resume/${run}`, { as, body: { toolResult } })

  expect(body).toMatchObject({ status: 'completed', output: { x: 2 * sections, said: 'Done' } })
  // init, the sections, the agent's turn, its choice, the tool, the choice, a turn, the choice, end, finish.
  const expected = 1 + sections * statesOfSection + 6 + 1 + 1
  expect(await entered(run)).toBe(expected)
  const forecast = (await faces.send('GET', `/v1/flow/${flow}/forecast`, { as })).body
  expect(forecast.transitions.min).toBeLessThan(expected)
  expect(forecast.transitions.max).toBeGreaterThan(expected)
})

async function entered(run: string): Promise<number> {
  const row = await getRun(faces.world, faces.acme.orgId, run)
  let count = 0
  for (let nextToken: string | undefined, first = true; first || nextToken; first = false) {
    const page = await faces.world.states.send(
      new GetExecutionHistoryCommand({
        executionArn: executionArn(row!),
        maxResults: 1000,
        ...(nextToken ? { nextToken } : {}),
      }),
    )
    count += (page.events ?? []).filter((event) => event.stateEnteredEventDetails).length
    nextToken = page.nextToken
  }
  return count
}
