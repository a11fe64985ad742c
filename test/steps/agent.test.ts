import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../shared/definitions/read.ts'
import { agent } from '../../shared/steps/agent.ts'
import type { JsonObject } from '../../shared/world.ts'

const http = { type: 'http', name: 'find', url: 'https://find.example.com/' }
const given = { type: 'object', properties: { q: { type: 'string' } } }

describe('params', () => {
  test.each<[JsonObject, string]>([
    [{ tools: [{ type: 'client', name: 'a b' }] }, 'Expected a name of letters'],
    [{ tools: [http, { type: 'client', name: 'find' }] }, 'Two tools are called find'],
    [{ tools: [{ type: 'mail', name: 'a' }] }, 'Invalid discriminator value'],
    [{ tools: [{ ...http, colour: 'red' }] }, 'Unrecognized key: "colour"'],
    [{ tools: [{ ...http, headers: { host: 'a' } }] }, 'The header host is set by the service'],
    [{ tools: [{ ...http, parameters: given, query: { all: true } }] }, 'Nothing uses what the model gives'],
    [
      { tools: [{ ...http, method: 'POST', parameters: given, body: {} }] },
      'Nothing uses what the model gives',
    ],
    [{ maxTurns: 51 }, 'expected number to be <=50'],
    [{ messages: [{ role: 'user', content: 'Go' }] }, 'Expected either prompt or messages'],
  ])('%j are refused', (params, message) => {
    const issues = agent.params.safeParse({ prompt: 'Go', ...params }).error?.issues ?? []

    expect(issues.map((issue) => issue.message).join()).toContain(message)
  })

  test.each<[JsonObject]>([
    [{ ...http, parameters: given, query: { all: true, q: '{{args.q}}' } }],
    [{ ...http, query: { all: true } }],
    [{ ...http, method: 'POST', parameters: given, query: { all: true } }],
  ])('the http tool %j is taken', (tool) => {
    expect(agent.params.safeParse({ prompt: 'Go', tools: [tool] }).success).toBe(true)
  })
})

describe('checks at save', () => {
  function problemsOf(params: JsonObject) {
    const document = {
      metadata: { name: 'Agent' },
      inputs: [],
      nodes: { help: { type: 'agent', params: { prompt: 'Go', ...params } } },
    }
    return readDefinition(document, { flowExists: () => false }).problems
  }

  test('a flow tool names a flow that is there', () => {
    const tools = [http, { type: 'flow', name: 'other', flowId: 'none' }]

    expect(problemsOf({ tools })).toMatchObject([
      { code: 'unknown_flow', path: '/nodes/help/params/tools/1/flowId', stepId: 'help' },
    ])
  })

  test('a keyword of a schema that nobody would obey is refused in its place', () => {
    const parameters = { type: 'object', properties: { q: { type: 'string', pattern: '(a|a)*' } } }

    expect(problemsOf({ tools: [{ ...http, parameters }] })).toMatchObject([
      { code: 'unknown_key', path: '/nodes/help/params/tools/0/parameters/properties/q/pattern' },
    ])
  })

  test('args are known in tools and nowhere else', () => {
    expect(problemsOf({ tools: [{ ...http, url: 'https://a.example.com/{{args.q}}' }] })).toEqual([])
    expect(problemsOf({ system: '{{args.q}}' })).toMatchObject([
      { severity: 'warning', code: 'unknown_name', path: '/nodes/help/params/system' },
    ])
  })

  test('loops of agents that could fill the history are refused', () => {
    const body = { nodes: { help: { type: 'agent', params: { prompt: 'Go', maxTurns: 50 } } } }
    const document = {
      metadata: { name: 'Agents' },
      nodes: { all: { type: 'each', params: { items: '{{inputs.list}}', maxItems: 10, body } } },
    }

    expect(readDefinition(document).problems).toContainEqual(
      expect.objectContaining({ code: 'too_many_events' }),
    )
  })
})
