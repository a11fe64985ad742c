import { describe, expect, test } from 'vitest'
import type { Problem } from '../../../shared/definitions/problem.ts'
import { readDefinition } from '../../../shared/definitions/read.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { problemLines } from '../problem-lines.ts'

const email = {
  id: 'email',
  type: 'INPUT',
  variant: 'EMAIL',
  config: { identifier: 'email', label: 'Email', required: true },
}
const button = (more: JsonObject) => ({
  id: 'submit',
  type: 'BUTTON',
  actionId: 'submit-registration',
  variant: 'PRIMARY',
  config: { text: 'Continue' },
  ...more,
})
const flow: JsonObject = {
  flowType: 'REGISTRATION',
  steps: [
    {
      id: 'form',
      type: 'VIEW',
      data: {
        components: [
          {
            id: 'form_1',
            type: 'FORM',
            category: 'BLOCK',
            components: [
              { ...email, category: 'FIELD', version: '0.1.0' },
              button({ category: 'ACTION', action: { type: 'NEXT', next: 'idp' } }),
            ],
          },
          { id: 'skip', type: 'BUTTON', action: { type: 'NEXT', next: 'device' } },
        ],
      },
    },
    {
      id: 'idp',
      type: 'REDIRECTION',
      data: { url: 'https://idp.example/authorize', action: { type: 'NEXT', next: 'device' } },
    },
    { id: 'device', type: 'INTERNAL_PROMPT', data: { requiredParams: ['deviceId'] }, next: 'END' },
    { id: 'END', type: 'END', data: { outputs: { email: '{{form.email}}' } } },
  ],
}

/** What some pages cannot draw is warned of; these tests are about what a flow may be. */
const errorsIn = (problems: Problem[]) => problems.filter(({ severity }) => severity === 'error')

describe('seed 000: a flow of the builder', () => {
  test('becomes the same graph as nodes, started as a journey', () => {
    const { graph, problems, written } = readDefinition(flow)

    expect(errorsIn(problems)).toEqual([])
    expect(written.dialect).toBe('builder')
    expect(graph).toEqual(
      readDefinition({
        metadata: { name: 'REGISTRATION' },
        triggers: [{ type: 'journey', flowType: 'REGISTRATION' }],
        start: 'form',
        nodes: {
          form: {
            type: 'view',
            params: {
              components: [
                { id: 'form_1', type: 'FORM', components: [email, button({})] },
                { id: 'skip', type: 'BUTTON' },
              ],
            },
            next: { 'submit-registration': 'idp', skip: 'device' },
          },
          idp: {
            type: 'redirect',
            params: { url: 'https://idp.example/authorize' },
            next: { default: 'device' },
          },
          device: { type: 'prompt', params: { requiredParams: ['deviceId'] }, next: { default: 'END' } },
          END: { type: 'final', params: { outputs: { email: '{{form.email}}' } } },
        },
      }).graph,
    )
    expect(graph?.settings.waitTimeoutSeconds).toBe(900)
  })

  test('an executor that is not known is named where it stands, and nothing else is said of it', () => {
    const executor = { type: 'EXECUTOR', executor: { name: 'GoogleExecutor' }, next: 'END' }
    const { problems } = readDefinition({
      flowType: 'REGISTRATION',
      steps: [
        { id: 'a', type: 'VIEW', data: { components: [button({ action: { ...executor, next: 'b' } })] } },
        { id: 'b', type: 'REDIRECTION', data: { action: { ...executor, next: 'c' } } },
        { id: 'c', type: 'EXECUTION', data: { action: executor } },
        { id: 'END', type: 'END' },
      ],
    })

    expect(errorsIn(problems).map(({ code, path, stepId }) => [code, path, stepId])).toEqual([
      ['unknown_executor', '/steps/0/data/components/0/action/executor/name', 'a'],
      ['unknown_executor', '/steps/1/data/action/executor/name', 'b'],
      ['unknown_executor', '/steps/2/data/action/executor/name', 'c'],
    ])
    for (const { message } of errorsIn(problems)) expect(message).toContain('GoogleExecutor')
  })

  test('problems point at what the author wrote', () => {
    expect(
      problemLines(`flowType: registration
steps:
  - { id: a, type: VIEW, data: { components: [ { id: ok, type: BUTTON, action: { next: gone } }, { type: INPUT } ] } }
  - { id: a, type: END }
  - { type: END }
  - { id: d, type: DANCE }
  - { id: e, type: WEBAUTHN, next: f }
  - { id: f, type: REDIRECTION, data: { url: "http://x.example" } }
  - text
`),
    ).toEqual([
      '1:1 error invalid_value /flowType',
      '3:82 error unknown_target /steps/0/data/components/0/action/next',
      '3:98 error required /steps/0/data/components/1/config',
      '4:7 error duplicate_id /steps/1/id',
      '5:5 error required /steps/2/id',
      '6:14 error unknown_type /steps/3/type',
      '7:5 error required /steps/4/data/ceremony',
      '7:5 error required /steps/4/data/rp',
      '7:5 error unreachable /steps/4',
      '8:5 error unreachable /steps/5',
      '8:41 error invalid_value /steps/5/data/url',
      '9:5 error invalid_type /steps/6',
    ])
  })

  test.each<JsonObject>([
    { flowType: 'A', steps: [{ id: 'a', type: 'VIEW', data: [] }] },
    {
      flowType: 'A',
      steps: [{ id: '__proto__', type: 'VIEW', data: { components: { a: 1 } } }],
      metadata: [],
    },
    {
      flowType: 'A',
      steps: [{ id: 'a', type: 'VIEW', data: { components: [null, 5, { components: 'x' }], action: 7 } }],
    },
    { flowType: 'A', steps: [{ id: 'a', type: 'END', next: { __proto__: 'b' } }, null, [], 'END'] },
    {
      flowType: 'A',
      steps: [{ id: 'a', type: 'EXECUTION', data: { action: { executor: null, next: {} } } }],
    },
  ])('%j is refused with problems', (document) => {
    const { problems } = readDefinition(document)

    expect(problems.some(({ severity }) => severity === 'error')).toBe(true)
  })
})
