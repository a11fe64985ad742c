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
    for (const { message } of errorsIn(problems))
      expect(message).toMatch(/GoogleExecutor.*UserProvisioningExecutor/)
  })

  test('an executor that makes the user becomes user.create, of what the views ask for', () => {
    const field = (variant: string, identifier: string, more: JsonObject = {}) => ({
      ...{ id: identifier, type: 'INPUT', variant },
      config: { identifier, label: identifier, ...more },
    })
    const same = {
      type: 'RULE',
      name: 'EqualityValidator',
      conditions: [{ key: 'other', value: 'password' }],
    }
    const make = { type: 'EXECUTOR', executor: { name: 'UserProvisioningExecutor' }, next: 'END' }
    const registration = (...fields: JsonObject[]) => ({
      flowType: 'REGISTRATION',
      steps: [
        {
          ...{ id: 'step_1', type: 'VIEW' },
          data: { components: [...fields, button({ action: { type: 'NEXT', next: 'make' } })] },
        },
        { id: 'make', type: 'EXECUTION', data: { action: make } },
        { id: 'END', type: 'END', data: { outputs: { userId: '{{make.userId}}' } } },
      ],
    })
    const { graph, problems } = readDefinition(
      registration(
        field('EMAIL', 'http://claims/email'),
        field('PASSWORD', 'password'),
        field('PASSWORD', 'again', { validations: [same] }),
        field('TEXT', 'name'),
        field('OTP', 'code'),
      ),
    )

    expect(errorsIn(problems)).toEqual([])
    expect(problems.filter(({ code }) => code === 'unknown_name' || code === 'password_unused')).toEqual([])
    expect(graph?.nodes.make).toMatchObject({
      type: 'user.create',
      params: {
        email: '{{step_1.`http://claims/email`}}',
        password: '{{step_1.password}}',
        attributes: { name: '{{step_1.name}}' },
      },
      next: { default: 'END' },
    })
    const unfed = [[], [field('EMAIL', 'a'), field('EMAIL', 'b')], [field('EMAIL', 'a`b')]]
    for (const fields of unfed)
      expect(errorsIn(readDefinition(registration(...fields)).problems)).toContainEqual(
        expect.objectContaining({
          ...{ code: 'executor_unfed', path: '/steps/1/data/action/executor/name', stepId: 'make' },
        }),
      )
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
    {
      flowType: 'A',
      steps: [{ id: 'a', type: 'EXECUTION', data: { action: { executor: '__proto__' } } }],
    },
    {
      flowType: 'A',
      steps: [
        {
          id: 'v',
          type: 'VIEW',
          data: {
            components: [
              { type: 'INPUT', config: { identifier: 'a', validations: [null] }, variant: 'PASSWORD' },
            ],
          },
        },
        { id: 'a', type: 'EXECUTION', data: { action: { executor: 'UserProvisioningExecutor' } } },
      ],
    },
  ])('%j is refused with problems', (document) => {
    const { problems } = readDefinition(document)

    expect(problems.some(({ severity }) => severity === 'error')).toBe(true)
  })
})
