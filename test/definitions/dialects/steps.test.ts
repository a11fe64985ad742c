import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../../shared/definitions/read.ts'
import { problemLines } from '../problem-lines.ts'

const flow = {
  name: 'Renewal',
  description: 'Asks before it renews',
  triggers: [{ type: 'api' }],
  inputs: [{ name: 'customerId', type: 'text', required: true }],
  steps: [
    {
      id: 'ask',
      type: 'user-approval',
      name: 'Renew?',
      data: { message: 'Renew {{customerId}}?', onTimeout: 'fail' },
      nextStepId: 'done',
      rejectNextStepId: 'stop',
      output: 'decision',
    },
    {
      id: 'done',
      type: 'Final',
      data: [
        { Name: 'summary', Output: 'Renewal risk is low' },
        { Name: 'score', Output: '{{decision.decision}}' },
      ],
    },
    {
      id: 'stop',
      type: 'Final',
      data: { outputs: [{ name: 'summary', output: 'Rejected' }] },
      nextStepId: null,
      rejectNextStepId: '',
    },
  ],
}

describe('seed 001: a list of steps', () => {
  test('becomes the same graph as nodes', () => {
    const { graph, problems, written } = readDefinition(flow)

    expect(problems).toEqual([])
    expect(written.dialect).toBe('steps')
    expect(graph).toEqual(
      readDefinition({
        metadata: { name: 'Renewal', description: 'Asks before it renews' },
        inputs: [{ name: 'customerId', type: 'text', required: true }],
        nodes: {
          ask: {
            type: 'user-approval',
            name: 'Renew?',
            params: { message: 'Renew {{customerId}}?', onTimeout: 'fail' },
            output: 'decision',
            next: { default: 'done', reject: 'stop' },
          },
          done: {
            type: 'final',
            params: { outputs: { summary: 'Renewal risk is low', score: '{{decision.decision}}' } },
          },
          stop: { type: 'final', params: { outputs: { summary: 'Rejected' } } },
        },
      }).graph,
    )
    expect(graph?.nodes.ask).toMatchObject({ type: 'approval', writtenType: 'user-approval' })
  })

  test('metadata wins over name and description at the top', () => {
    const { graph } = readDefinition({ ...flow, metadata: { name: 'Other' } })

    expect(graph?.metadata).toEqual({ name: 'Other', description: 'Asks before it renews' })
  })

  test('without rejectNextStepId a rejection goes the default way', () => {
    const [ask, done] = flow.steps
    const { rejectNextStepId: _, ...without } = ask as { rejectNextStepId: string }

    expect(readDefinition({ steps: [without, done] } as never).graph?.nodes.ask?.next).toEqual({
      default: 'done',
    })
  })

  test('problems point at what the author wrote', () => {
    expect(
      problemLines(`steps:
  - { id: a, type: http.request, data: { url: 5, headers: { x: "{{1 +}}" } }, nextStepId: gone, colour: red }
  - { id: a, type: Final }
  - { type: Final }
  - { id: b, type: Final, data: [{ Name: x, Output: "{{secrets.A}}" }], next: { ok: a } }
  - { id: c, type: show-form, nextStepId: 5 }
  - text
`),
    ).toEqual([
      '2:42 error invalid_type /steps/0/data/url',
      '2:70 error expression_syntax /steps/0/data/headers/x',
      '2:79 error unknown_target /steps/0/nextStepId',
      '2:97 error unknown_key /steps/0/colour',
      '3:7 error duplicate_id /steps/1/id',
      '4:5 error required /steps/2/id',
      '5:5 error several_starts /steps/3',
      '5:56 error secret_misplaced /steps/3/data/0/Output',
      '5:73 error not_supported /steps/3/next',
      '6:5 error required /steps/4/data/components',
      '6:5 error several_starts /steps/4',
      '6:31 error invalid_type /steps/4/nextStepId',
      '7:5 error invalid_type /steps/5',
    ])
  })
})
